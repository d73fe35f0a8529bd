"""Zip archives of logs, read entry by entry in memory: nothing is unpacked to a path that an archive names."""

from __future__ import annotations

import bz2
import io
import lzma
import struct
import tempfile
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path, PurePosixPath

from measurand.errors import TableError
from measurand.instrument.fault import refusal, shown

ZSTANDARD = 93
LARGEST_ENTRY = 512 * 1024**2
SEVERAL = 32 * 1024**2
"""Bytes of entries that are decompressed together."""
RATIO = 400
"""A whole archive that grows more than this is a bomb: logs of repeated text grow 10 to 100 times."""
GRACE = 64 * 1024**2
"""Archives that stay below this may grow as they like."""
LARGEST_ARCHIVE = 8 * 1024**3
"""Bytes that the entries of one archive may state together."""
STEP = 4096
"""Bytes that are asked for at a time: what is decompressed beyond the stated size stays small."""
_OPEN_CSV = (
    "select c from read_csv(?, compression = 'zstd', auto_detect = false, header = false, "
    "columns = {'c': 'VARCHAR'}, delim = '\x01', quote = '', escape = '', new_line = '\\n', max_line_size = "
)
_BROKEN = (
    zipfile.BadZipFile, zlib.error, lzma.LZMAError, struct.error, EOFError, OSError, RuntimeError, ValueError
)  # fmt: skip


class Archive:
    """The entries of a zip file by name. Raises TableError for what is no complete or no honest archive."""

    def __init__(self, data: bytes, file: str) -> None:
        self.data, self.file = data, file
        try:
            self.zip = zipfile.ZipFile(io.BytesIO(data))
            infos = self.zip.infolist()
        except (zipfile.BadZipFile, ValueError, NotImplementedError, OverflowError, struct.error) as error:
            raise refusal("M0471.zip", file=file, hint="M0471.hint", reason=str(error)) from None
        self.entries = {info.filename: info for info in infos}
        if len(self.entries) != len(infos):
            raise refusal("M0474.twice", file=file, hint="M0474.hint")
        for info in infos:
            self._refuse(info)
        whole = sum(info.file_size for info in infos)
        if whole > LARGEST_ARCHIVE or (whole > GRACE and whole > RATIO * len(data)):
            raise refusal("M0473.bomb", file=file, hint="M0473.hint", size=len(data), whole=whole)

    def _refuse(self, info: zipfile.ZipInfo) -> None:
        name = info.filename
        path = PurePosixPath(name.replace("\\", "/"))
        if not path.parts or path.is_absolute() or ".." in path.parts or ":" in path.parts[0] or "\0" in name:
            raise refusal("M0474.path", file=self.file, hint="M0474.hint", name=shown(name))
        if info.flag_bits & 1:
            raise refusal("M0472.encrypted", file=self.file, hint="M0472.hint_encrypted", name=shown(name))
        if info.file_size > LARGEST_ENTRY:
            raise refusal("M0473.entry", file=self.file, hint="M0473.hint", name=shown(name), size=info.file_size)

    def names(self, folder: str) -> list[str]:
        """Names of the JSON entries of a folder of the archive, in the order of the archive."""
        return [name for name in self.entries if name.startswith(folder) and name.endswith(".json")]

    def read(self, names: Sequence[str]) -> Iterator[tuple[str, bytes]]:
        """Names and bytes of entries, each checked against its checksum. Raises TableError."""
        batch: list[zipfile.ZipInfo] = []
        for info in (self.entries[name] for name in names):
            if info.compress_type != ZSTANDARD:
                yield info.filename, self._plain(info)
                continue
            if batch and sum(i.file_size for i in batch) + info.file_size > SEVERAL:
                yield from self._zstandard(batch)
                batch = []
            batch.append(info)
        if batch:
            yield from self._zstandard(batch)

    def _plain(self, info: zipfile.ZipInfo) -> bytes:
        """Piece by piece: an entry that states a smaller size than it has is not decompressed as a whole."""
        try:
            if info.compress_type == zipfile.ZIP_BZIP2:  # of which a few bytes may be a gigabyte
                data = bz2.BZ2Decompressor().decompress(self._raw(info), info.file_size + 1)
            else:
                with self.zip.open(info) as stream:
                    data = b"".join(iter(lambda: stream.read(STEP), b""))
        except NotImplementedError:
            raise refusal("M0472.method", file=self.file, hint="M0472.hint", method=info.compress_type) from None
        except _BROKEN as error:
            raise self._broken(info, str(error)) from None
        if len(data) != info.file_size or zlib.crc32(data) != info.CRC:
            raise self._broken(info, "checksum")
        return data

    def _zstandard(self, batch: Sequence[zipfile.ZipInfo]) -> Iterator[tuple[str, bytes]]:
        """Zstandard, which the standard library of Python 3.11 does not read, through DuckDB, which does: frames that
        follow one another are one stream, and the sizes that the archive states cut it up again."""
        size = sum(info.file_size for info in batch)
        whole = _decompressed(b"".join(map(self._raw, batch)), self.file, size)
        at = 0
        for info in batch:
            piece = whole[at : at + info.file_size]
            if len(piece) == info.file_size - 1 and at + info.file_size == len(whole) + 1:
                piece += b"\n"  # the line feed that ends the last line is not part of it
            if len(piece) != info.file_size or zlib.crc32(piece) != info.CRC:
                raise self._broken(info, "checksum")
            at += info.file_size
            yield info.filename, piece

    def _raw(self, info: zipfile.ZipInfo) -> bytes:
        """The compressed bytes of an entry."""
        head = self.data[info.header_offset : info.header_offset + 30]
        if len(head) < 30 or head[:4] != b"PK\x03\x04":
            raise self._broken(info, "no local header")
        name, extra = struct.unpack("<HH", head[26:30])
        start = info.header_offset + 30 + int(name) + int(extra)
        return self.data[start : start + info.compress_size]

    def _broken(self, info: zipfile.ZipInfo, reason: str) -> TableError:
        return refusal("M0471.entry", file=self.file, hint="M0471.hint", name=shown(info.filename), reason=reason)


def _decompressed(stream: bytes, file: str, size: int) -> bytes:
    """The bytes, as far as they are not more than ``size`` says."""
    import duckdb  # deferred: it is slow to load, and most archives do not need it

    offline: dict[str, str | bool | int | float | list[str]] = {
        "threads": 1,
        "autoinstall_known_extensions": False,
        "autoload_known_extensions": False,
    }
    found: list[str] = []
    length = 0
    with tempfile.TemporaryDirectory() as folder, duckdb.connect(config=offline) as connection:
        path = Path(folder) / "log.zst"
        path.write_bytes(stream)
        try:
            reader = connection.execute(f"{_OPEN_CSV}{max(size, 1024) + 2})", [str(path)])
            while length <= size and (several := reader.fetchmany(10_000)):
                found += [line or "" for (line,) in several]
                length += sum(len(line or "") + 1 for (line,) in several)
        except duckdb.Error as error:
            reason = str(error).splitlines()[0].replace(str(path), file)
            raise refusal("M0471.zip", file=file, hint="M0471.hint", reason=reason) from None
    return "\n".join(found).encode()
