"""Images and sounds that are part of a question: files beside the procedure, named by a column of the items."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from pathlib import Path, PurePosixPath
from typing import Any

from measurand.instrument.fault import refusal

LARGEST = 20_000_000
"""Bytes of a file."""
IMAGES: Mapping[str, str] = {
    ".png": "image/png", ".jpg": "image/jpeg", ".jpeg": "image/jpeg", ".webp": "image/webp", ".gif": "image/gif",
}  # fmt: skip
SOUNDS: Mapping[str, str] = {".wav": "wav", ".mp3": "mp3"}


def path_of(cell: str, folder: Path, *, file: str = "", row: int = 0) -> Path:
    """The file that a cell names. Raises TableError: it is not there, of no known kind, too large, or not inside of the
    folder of the procedure (a table of data must not be able to send other files of the machine)."""
    suffix = PurePosixPath(cell).suffix.lower()
    if suffix not in IMAGES and suffix not in SOUNDS:
        known = ", ".join([*IMAGES, *SOUNDS])
        raise refusal("M0492.kind", file=file, row=row, name=cell[:100], known=known)
    path = (folder / cell).resolve()
    if not path.is_relative_to(folder.resolve()):
        raise refusal("M0492.outside", file=file, row=row, hint="M0492.hint", name=cell[:100])
    if not path.is_file():
        raise refusal("M0492.absent", file=file, row=row, hint="M0492.hint", name=cell[:100])
    if path.stat().st_size > LARGEST:
        raise refusal("M0492.large", file=file, row=row, name=cell[:100], most=f"{LARGEST:,}")
    return path


def part(cell: str, folder: Path) -> dict[str, Any]:
    """The file as a part of a message, as OpenAI's interface takes it."""
    path = path_of(cell, folder)
    data = base64.b64encode(path.read_bytes()).decode()
    if (kind := IMAGES.get(path.suffix.lower())) is not None:
        return {"type": "image_url", "image_url": {"url": f"data:{kind};base64,{data}"}}
    return {"type": "input_audio", "input_audio": {"data": data, "format": SOUNDS[path.suffix.lower()]}}
