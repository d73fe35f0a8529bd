"""Perceptual hashes of images: an image is decoded only where Pillow is installed (the extra ``image``)."""

from __future__ import annotations

import hashlib
import warnings
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path

from measurand.errors import TableError
from measurand.instrument.fault import refusal
from measurand.lab.reference_data import inside
from measurand.study.reference_near import difference_hash

LARGEST = 64 * 1024 * 1024
MOST_PIXELS = 100_000_000


def decodable() -> bool:
    """Whether images can be decoded here."""
    return find_spec("PIL") is not None


def digests(names: Sequence[str], folder: Path) -> list[str]:
    """SHA-256 of the bytes of each file. Raises TableError: missing, too large, outside of the folder."""
    return [hashlib.sha256(_bytes(folder, name)).hexdigest() for name in names]


def hashes(names: Sequence[str], folder: Path) -> list[int]:
    """Difference hash of each image. Raises TableError for a file that is not an image; needs Pillow."""
    from PIL import Image

    out = []
    for name in names:
        _bytes(folder, name)
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("error")
                with Image.open(folder / inside(folder, name)) as image:
                    if image.width * image.height > MOST_PIXELS:
                        raise refusal("M0465.image", file=name, reason=f"{image.width} x {image.height}")
                    grey = image.convert("L").resize((9, 8), Image.Resampling.LANCZOS)
        except TableError:
            raise
        except (OSError, ValueError, SyntaxError, Warning, Image.DecompressionBombError) as error:
            raise refusal("M0465.image", file=name, reason=str(error)[:200]) from None
        out.append(difference_hash(list(grey.tobytes())))
    return out


def _bytes(folder: Path, name: str) -> bytes:
    path = folder / inside(folder, name)
    try:
        if path.stat().st_size > LARGEST:
            raise refusal("M0465.image", file=name, reason=f"> {LARGEST} bytes")
        return path.read_bytes()
    except OSError as error:
        raise refusal("M0465.image", file=name, reason=error.strerror or str(error)) from None
