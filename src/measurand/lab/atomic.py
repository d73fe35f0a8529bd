"""Files that are whole or not there, and never written over."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path

from measurand.errors import Finding, StoreError
from measurand.message import say


def refusal(key: str, file: Path | str, **fields: str) -> StoreError:
    """The StoreError of a sentence key."""
    code = key.split(".", maxsplit=1)[0]
    return StoreError(Finding(code=code, path="", message=say(key, file=str(file), **fields), file=str(file)))


def write_file(path: Path, data: bytes, *, mode: int = 0o644, replace: bool = False) -> None:
    """Write a file whole: to a temporary one beside it, fsync, then its name. Raises StoreError when the name is taken
    (unless ``replace``) or the disk refuses."""
    temporary = ""
    try:
        handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=".new-")
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).chmod(mode)
        if replace:
            Path(temporary).replace(path)
        else:
            os.link(temporary, path)  # fails if the name is taken, also by another process meanwhile
            Path(temporary).unlink()
        _sync_folder(path.parent)
    except FileExistsError:
        Path(temporary).unlink()
        raise refusal("M0708.exists", path) from None
    except OSError as error:
        if temporary:
            Path(temporary).unlink(missing_ok=True)
        raise refusal("M0709.write", path, reason=error.strerror or str(error)) from None


def write_folder(parent: Path, name: str, files: Mapping[str, bytes]) -> Path:
    """Write a folder of files whole: under a temporary name, then renamed. A taken name gets ``-2``, ``-3``, ...

    Raises StoreError when the disk refuses; nothing is left behind then.
    """
    try:
        parent.mkdir(parents=True, exist_ok=True)
        temporary = Path(tempfile.mkdtemp(dir=parent, prefix=".new-"))
    except OSError as error:
        raise refusal("M0709.write", parent, reason=error.strerror or str(error)) from None
    try:
        for file, data in files.items():
            write_file(temporary / file, data)
        temporary.chmod(0o755)
        _sync_folder(temporary)
        return _named(temporary, parent, name)
    except OSError as error:
        raise refusal("M0709.write", parent / name, reason=error.strerror or str(error)) from None
    finally:
        if temporary.exists():
            shutil.rmtree(temporary)


def _named(temporary: Path, parent: Path, name: str) -> Path:
    number = 1
    while True:
        folder = parent / (name if number == 1 else f"{name}-{number}")
        if not folder.exists():
            temporary.rename(folder)  # of an empty folder made meanwhile it takes the name, of a full one it fails
            _sync_folder(parent)
            return folder
        number += 1


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
