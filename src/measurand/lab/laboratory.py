"""A laboratory is a folder: who it is (``lab.toml``), its keys, and one folder per record."""

from __future__ import annotations

import tomllib
from pathlib import Path

from pydantic import ValidationError

from measurand.document.certificate import Laboratory
from measurand.lab.atomic import refusal, write_file
from measurand.lab.store import is_record

FILE = "lab.toml"
UNNAMED = "unnamed laboratory"
TEMPLATE = """\
# Who measures. Printed on every certificate of this laboratory.
name          = "{name}"
# address       = ""
# location      = ""
# authorised_by = ""

# What a report by ISO/IEC 17025 asks for beyond that; measurand verify --17025 says what is still missing.
# customer_contact = ""
# method           = ""   # your own method's number, beside that of the procedure
# sampling_plan    = ""   # the document by which the items were drawn
# deviations       = ""   # from the method; "none" if there are none
# providers        = ""   # who else produced outputs or labels; "none" if nobody did
# relates_only     = "The results relate only to the items and the system that are named here."
"""


def laboratory(folder: Path) -> Laboratory:
    """Who the laboratory is. A folder without ``lab.toml`` is an unnamed one. Raises StoreError."""
    path = folder / FILE
    if not path.exists():
        return Laboratory(name=UNNAMED)
    try:
        return Laboratory.model_validate(tomllib.loads(path.read_bytes().decode("utf-8")))
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        reason = f"{'.'.join(map(str, first['loc']))}: {first['msg']}"
        raise refusal("M0711.laboratory", path, reason=reason) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise refusal("M0711.laboratory", path, reason=str(error)) from None


def found(folder: Path, *, name: str = UNNAMED) -> None:
    """Make the folder a laboratory, if it is none yet."""
    folder.mkdir(parents=True, exist_ok=True)
    if not (folder / FILE).exists():
        quoted = name.replace("\\", "\\\\").replace('"', '\\"')
        write_file(folder / FILE, TEMPLATE.format(name=quoted).encode())


def records(folder: Path) -> tuple[Path, ...]:
    """The folders of all records, by name."""
    if not folder.is_dir():
        return ()
    return tuple(sorted(path for path in folder.iterdir() if path.is_dir() and is_record(path)))
