"""The browser on the published test vectors: what it must accept, and what it must not."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

VECTORS = Path(__file__).parent.parent / "vectors"
LISTED = [
    vector
    for vector in json.loads((VECTORS / "index.json").read_text(encoding="utf-8"))["vectors"]
    if "--disclosed" not in vector.get("given", {})  # opened items are not read in the browser
]
ELSEWHERE = {
    "altered-parts.json": "a file beside the certificate",
    "stranger-file.json": "a file beside the certificate",
    "dishonest-parts.json": "a file beside the certificate",
    "dishonest-limit.json": "follows from the distribution",
    "dishonest-number-infinite.json": "follows from the distribution",
    "dishonest-requirement-system.json": "follows from the procedure",
    "dishonest-requirement-text.json": "follows from the procedure",
    "dishonest-requirement-source.json": "follows from the procedure",
    "dishonest-omission.json": "follows from the procedure",
    "unknown-field.json": "the schema is not in the page",
    "disclosure-silent.json": "follows from the procedure",
    "disclosure-count.json": "of items the page knows nothing",
}
"""What the browser cannot find: it says that it did not recompute this."""


@pytest.mark.parametrize("vector", LISTED, ids=[vector["file"] for vector in LISTED])
def test_vector(vector: dict[str, Any], show: Callable[[bytes], Any], alone: bytes) -> None:
    tab = show(alone)
    status = [name for name in vector.get("replaced", {}).values() if name.endswith((".status.json", ".key.json"))]
    names = [vector["file"], *([vector["key"]] if "key" in vector else []), *status]
    tab.page.evaluate("document.getElementById('check').dataset.state = 'given'")
    tab.page.set_input_files("#file", [VECTORS / name for name in names])
    tab.until("document.getElementById('check').dataset.state !== 'given'")
    refused = "cannot be read as a certificate" in tab.summary()
    states = {} if refused else tab.states()
    assert tab.faults == []
    expected = vector["exit"]["measurand"]
    if expected in (0, 3):
        assert not refused and "failed" not in states.values()
        assert states["key"] == {"not checked": "open"}.get(vector["states"].get("key", "passed"), "passed")
        assert states["signature"] == "passed"
    elif vector["file"] in ELSEWHERE:
        assert states["recomputed"] == "partly"
    else:
        assert refused or "failed" in states.values()
    if "status" in vector["states"]:
        assert states["status"] == {"failed": "failed"}.get(vector["states"]["status"], "open")
    if vector["states"].get("signature") == "failed":
        assert refused or states["signature"] == "failed"
