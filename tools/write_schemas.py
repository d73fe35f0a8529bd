"""Write the JSON Schemas of all documents to src/measurand/schemas (a test compares them)."""

from __future__ import annotations

from pathlib import Path

from measurand.document.schema import schemas

FOLDER = Path(__file__).resolve().parent.parent / "src" / "measurand" / "schemas"

if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for name, data in schemas().items():
        (FOLDER / name).write_bytes(data)
        print(name)
