"""Data sets of Hugging Face as ``save_to_disk`` writes them: ``state.json``, ``dataset_info.json`` and Arrow streams.
The columns stay as they are; class labels get their names."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path, PurePosixPath
from typing import Any

from measurand.instrument.fault import refusal, shown
from measurand.instrument.importer.choice import one_of
from measurand.instrument.importer.contract import Asked, Log, Tabled
from measurand.instrument.importer.source import cell, contents, listing, log_of, mapping, name_of, of, parsed
from measurand.message import say

STATE, INFO, SPLITS = "state.json", "dataset_info.json", "dataset_dict.json"
ENDED = b"\xff\xff\xff\xff\x00\x00\x00\x00"
"""Last bytes of a complete stream of Arrow (format of IPC streams, version 5): without them batches may be missing."""
Columns = dict[str, list[str]]


def read(paths: Sequence[Path], asked: Asked) -> Tabled:
    """The rows of one data set; of several splits the one that ``asked.filter`` names. Raises TableError."""
    if len(paths) != 1:
        raise refusal("M0478.folders", file=str(paths[0]), hint="M0478.hint_folders")
    folder = _split(paths[0] if paths[0].is_dir() else paths[0].parent, asked.filter)
    file = str(folder / STATE)
    if not (folder / STATE).is_file():
        raise refusal("M0470.beside", file=str(folder), hint="M0470.hint", missing=STATE)
    raw = contents(folder / STATE)
    state = mapping(parsed(raw, file), file)
    if state.get("_indices_data_files") or state.get("_indices_files"):
        raise refusal("M0475.indices", file=file, hint="M0475.hint_indices")
    names = [_name(entry, file) for entry in listing(of(state, "_data_files", file), file, "_data_files")]
    if not names or len(set(names)) != len(names):
        raise refusal("M0480.empty" if not names else "M0481.names", file=file, hint="M0481.hint")
    logs = [log_of(folder / STATE, raw)]
    labels: Mapping[str, Sequence[str]] = {}
    if (folder / INFO).is_file():
        whole = contents(folder / INFO)
        logs.append(log_of(folder / INFO, whole))
        labels = _labels(mapping(parsed(whole, str(folder / INFO)), str(folder / INFO)), str(folder / INFO))
    columns: Columns = {}
    left: dict[str, None] = {}
    for name in names:
        data = contents(folder / name)
        logs.append(log_of(folder / name, data))
        _add(columns, _stream(data, str(folder / name), left), str(folder / name), first=name == names[0])
    columns = {name: _named(cells, labels[name], file) if name in labels else cells for name, cells in columns.items()}
    return _tabled(columns, logs, left, file)


def _tabled(columns: Columns, logs: Sequence[Log], left: Mapping[str, None], file: str) -> Tabled:
    rows = len(next(iter(columns.values()), ()))
    if not rows:
        raise refusal("M0480.empty", file=file, hint="M0480.hint")
    names = [name_of(name) for name in columns]
    if len({name.lower() for name in names}) != len(names) or not all(names):
        raise refusal("M0481.names", file=file, hint="M0481.hint")
    remarks = [say("import.bytes", names=", ".join(left))] if left else []
    return Tabled("Hugging Face datasets", logs, dict(zip(names, columns.values(), strict=True)), rows, remarks)


def _split(folder: Path, asked: str) -> Path:
    """The folder of the split; the folder itself where there are no splits."""
    file = str(folder / SPLITS)
    if not (folder / SPLITS).is_file():
        if asked:
            one_of([], asked, option="filter", file=str(folder), why="import.why_split")
        return folder
    head = mapping(parsed(contents(folder / SPLITS), file), file)
    splits = [_plain(name, file) for name in listing(of(head, "splits", file), file, "splits")]
    if not splits:
        raise refusal("M0480.empty", file=file, hint="M0480.hint")
    return folder / one_of(splits, asked, option="filter", file=file, why="import.why_split")


def _name(entry: object, file: str) -> str:
    return _plain(of(mapping(entry, file, "_data_files"), "filename", file), file)


def _plain(name: object, file: str) -> str:
    """A name without folders. Raises TableError for one that leads elsewhere."""
    text = str(name)
    path = PurePosixPath(text.replace("\\", "/"))
    if not isinstance(name, str) or len(path.parts) != 1 or text in ("..", ".") or {":", "\0"} & set(text):
        raise refusal("M0474.elsewhere", file=file, hint="M0481.hint", name=shown(text))
    return text


def _labels(info: Mapping[str, Any], file: str) -> dict[str, Sequence[str]]:
    """The names of the classes by column."""
    features = mapping(info.get("features") or {}, file, "features")
    kinds = {name: mapping(kind, file, name) for name, kind in features.items() if isinstance(kind, dict)}
    return {
        name: [name_of(label) for label in listing(kind.get("names") or [], file, name)]
        for name, kind in kinds.items()
        if kind.get("_type") == "ClassLabel" and kind.get("names")
    }


def _named(cells: Sequence[str], names: Sequence[str], file: str) -> list[str]:
    known = {"": "", "-1": ""} | {str(i): name for i, name in enumerate(names)}
    strange = next((text for text in cells if text not in known), None)
    if strange is not None:
        raise refusal("M0481.label", file=file, hint="M0481.hint", found=shown(strange), count=len(names))
    return [known[text] for text in cells]


def _stream(data: bytes, file: str, left: dict[str, None]) -> Iterator[tuple[str, list[str]]]:
    """Columns of a stream as texts. What holds bytes (images, sound) is left out and noted in ``left``."""
    try:
        import pyarrow as pa  # deferred: an extra, and slow to load
    except ImportError:
        raise refusal("M0470.arrow", file=file, hint="M0470.hint_arrow") from None
    if not data.endswith(ENDED):
        raise refusal("M0471.stream", file=file, hint="M0471.hint")
    try:
        with pa.ipc.open_stream(pa.py_buffer(data)) as reader:
            table = reader.read_all()
        table.validate(full=True)
        held = [(name, table.column(i).type, table.column(i).to_pylist()) for i, name in enumerate(table.column_names)]
    except (pa.ArrowException, ValueError, OSError, OverflowError, NotImplementedError) as error:
        reason = (str(error).splitlines() or [type(error).__name__])[0][:200]
        raise refusal("M0471.arrow", file=file, hint="M0471.hint", reason=reason) from None
    for name, kind, values in held:
        if "binary" in str(kind):
            left[name] = None
        else:
            yield name, [_text(value) for value in values]


def _text(value: object) -> str:
    plain = value is None or isinstance(value, (str, bool, int, float))
    return cell(value if plain else _json(value) if isinstance(value, (list, dict)) else str(value))


def _json(value: Any) -> Any:
    """Lists and objects with what JSON has no form for (times, decimals) as text."""
    if isinstance(value, dict):
        return {str(key): _json(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_json(inner) for inner in value]
    return value if value is None or isinstance(value, (str, bool, int, float)) else str(value)


def _add(columns: Columns, found: Iterator[tuple[str, list[str]]], file: str, *, first: bool) -> None:
    """Append the columns of a further stream, which must be the same ones."""
    several = list(found)
    names = [name for name, _ in several]
    if len(set(names)) != len(names) or (not first and set(names) != set(columns)):
        raise refusal("M0481.names" if first else "M0436.columns", file=file, hint="M0481.hint", first=STATE,
                      difference=", ".join(sorted(set(names) ^ set(columns))))  # fmt: skip
    for name, cells in several:
        columns.setdefault(name, []).extend(cells)
