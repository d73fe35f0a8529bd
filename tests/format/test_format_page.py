"""docs/format.md says what holds: its recipe runs with OpenSSL, its example computes, its tables are the documents'."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from measurand.document.certificate import Predicate
from measurand.document.statement import PAYLOAD_TYPE
from measurand.lab.store import FILES

ROOT = Path(__file__).parent.parent.parent
VECTORS = ROOT / "tests" / "vectors"
PAGE = (ROOT / "docs" / "format.md").read_text(encoding="utf-8")


def recipe() -> str:
    found = re.findall(r"^```sh\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
    assert len(found) == 1
    return str(found[0])


@pytest.mark.skipif(shutil.which("openssl") is None, reason="OpenSSL is not installed")
@pytest.mark.parametrize(
    ("vector", "said", "code"), [("valid-p256", "Verified OK", 0), ("altered-number", "Verification failure", 1)]
)
def test_openssl_alone(vector: str, said: str, code: int, tmp_path: Path) -> None:
    shutil.copy(VECTORS / f"{vector}.json", tmp_path / "certificate.json")
    shutil.copy(VECTORS / "laboratory.pub.pem", tmp_path)
    done = subprocess.run(["sh", "-c", recipe()], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (said in done.stdout + done.stderr, done.returncode) == (True, code)
    assert len(recipe().splitlines()) == 4
    assert json.loads((tmp_path / "payload").read_bytes())["subject"]


@pytest.fixture
def independent(monkeypatch: pytest.MonkeyPatch) -> None:
    """The second verifier can be imported, installed or not."""
    monkeypatch.syspath_prepend(str(ROOT / "verifier" / "src"))


@pytest.mark.usefixtures("independent")
def test_the_example_of_the_variance() -> None:
    from measurand_verify.variance import parts_of

    example = json.loads(re.findall(r'^(\{"schema": "measurand/parts/1".*?\})$', PAGE, re.MULTILINE | re.DOTALL)[0])
    example["sources"][0]["levels"] = ["1", "2", "3"]
    parts = parts_of(example)
    scaled = [round(x, 4) for x in parts.sources[0].scaled[0]]
    assert str(tuple(scaled)) in PAGE
    assert f"variance {parts.covariance(0, 0):.4f} and u = {parts.covariance(0, 0) ** 0.5:.4f}" in PAGE.replace(
        "\n", " "
    )


@pytest.mark.usefixtures("independent")
def test_every_field_and_file_is_named() -> None:
    fields = {field.alias or name for name, field in Predicate.model_fields.items()}
    section = PAGE[PAGE.index("## Certificate\n") : PAGE.index("## Procedure\n")]
    assert {name for name in fields if f"`{name}`" not in section} == set()
    from measurand_verify import certificate

    assert {*certificate._ALWAYS, *certificate._SOMETIMES} == fields
    assert [name for name in FILES if f"| `{name}` |" not in PAGE] == []
    assert f"DSSEv1 {len(PAYLOAD_TYPE)} {PAYLOAD_TYPE}" in recipe()
