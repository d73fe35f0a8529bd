"""Grey pictures as PNG (ISO/IEC 15948), stored without compression.

Compressors differ between machines, and equal data must give equal bytes: ``verify`` draws the page again.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Sequence

SIGNATURE = b"\x89PNG\r\n\x1a\n"
STORED = 65_535
"""Longest stored block of RFC 1951."""


def png(rows: Sequence[bytes]) -> bytes:
    """One byte per element, in 1 bit each when all are black or white, else in 4 bits (16 shades)."""
    depth = 1 if all(b in (0, 255) for row in rows for b in row) else 4
    head = struct.pack(">IIBBBBB", len(rows[0]), len(rows), depth, 0, 0, 0, 0)
    lines = b"".join(b"\x00" + _packed(row, depth) for row in rows)
    return SIGNATURE + _chunk(b"IHDR", head) + _chunk(b"IDAT", _stored(lines)) + _chunk(b"IEND", b"")


def _packed(row: bytes, depth: int) -> bytes:
    """Elements of ``depth`` bits, the first in the highest bits, the last byte filled up with zeros."""
    largest, per_byte = 2**depth - 1, 8 // depth
    values = [(b * largest + 127) // 255 for b in row] + [0] * (-len(row) % per_byte)
    return bytes(
        sum(v << (8 - depth * (i + 1)) for i, v in enumerate(values[at : at + per_byte]))
        for at in range(0, len(values), per_byte)
    )


def _stored(data: bytes) -> bytes:
    """A zlib stream (RFC 1950) of stored blocks (RFC 1951, 3.2.4)."""
    blocks = [data[at : at + STORED] for at in range(0, len(data), STORED)]
    written = b"".join(
        struct.pack("<BHH", i == len(blocks) - 1, len(block), len(block) ^ 0xFFFF) + block
        for i, block in enumerate(blocks)
    )
    return b"\x78\x01" + written + struct.pack(">I", zlib.adler32(data))


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
