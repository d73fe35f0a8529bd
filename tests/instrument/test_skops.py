"""What is refused of a skops file before any library is loaded; models themselves are in tests/conformance."""

from __future__ import annotations

import pickle
import zipfile
from pathlib import Path
from typing import Any

import pytest

from measurand.errors import ProcedureError
from measurand.instrument import registry
from measurand.instrument.skops import Skops


class Runs:
    """What a pickle may hold: a call of any function."""

    def __reduce__(self) -> tuple[Any, ...]:
        return print, ("it ran",)


@pytest.mark.parametrize("name", ["model.pkl", "model.joblib", "model.PICKLE", "model.skops"])
@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_a_pickle_is_never_read(tmp_path: Path, capfd: Any, name: str, protocol: int) -> None:
    (tmp_path / name).write_bytes(pickle.dumps(Runs(), protocol=protocol))
    early = name == "model.skops" and protocol < 2  # those are texts
    with pytest.raises(ProcedureError, match="no skops file" if early else "is a pickle"):
        Skops(name, tmp_path)
    assert "it ran" not in capfd.readouterr().out


@pytest.mark.parametrize(
    ("name", "content", "settings", "says"),
    [
        ("none.skops", None, {}, "cannot be read"),
        ("m.skops", b"", {}, "no skops file"),
        ("m.skops", b"PK\3\4 cut off", {}, "no skops file"),
        ("m.skops", b"zip", {"trust": ["x"]}, "no setting trust"),
        ("m.skops", b"zip", {"trusted": "sklearn.tree._tree.Tree"}, r"settings\.trusted is not one"),
        ("m.skops", b"zip", {"any_version": 1}, r"settings\.any_version is not one"),
        ("m.skops", b"zip", {"classes": ["a", "b"]}, "no setting classes"),  # the model knows its own
    ],
)
def test_what_is_refused(tmp_path: Path, name: str, content: bytes | None, settings: dict[str, Any], says: str) -> None:
    if content == b"zip":
        with zipfile.ZipFile(tmp_path / name, "w") as file:
            file.writestr("schema.json", "{}")
    elif content is not None:
        (tmp_path / name).write_bytes(content)
    with pytest.raises(ProcedureError, match=says):
        Skops(name, tmp_path, settings=settings)


def test_without_the_library(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(registry.EXTRAS, "skops", ("no_such_library_here", "skops"))
    with pytest.raises(ProcedureError, match="needs the library no_such_library_here") as found:
        registry.by_name("skops")
    assert "measurand[skops]" in found.value.findings[0].hint
