"""The container of a bundle: a zip whose every byte follows from the names and contents of its entries.

All entries are stored, sorted by name, dated 1980-01-01, without extra fields, comments or descriptors; the layout is
that of APPNOTE.TXT 6.3 (PKWARE), so any program opens it. It is written here field by field, not by ``zipfile``, whose
choices may change: a file is a bundle only if it is what this module would write today for what it holds.
"""

from __future__ import annotations

import re
import struct
import zlib
from collections.abc import Iterator, Mapping

#: A larger file is refused unread. Entries are stored, so no file unfolds into more than its own size.
MAX_BUNDLE_BYTES = 1 << 30
MAX_ENTRIES = 1000

_NAME = re.compile(r"[a-z0-9_]+(/[a-z0-9_]+)*\.[a-z0-9]+")
_LOCAL, _CENTRAL, _END = b"PK\3\4", b"PK\1\2", b"PK\5\6"
_VERSION, _MADE_BY = 10, 3 << 8 | 10  # 1.0 suffices for stored entries; made "on Unix", so that rights have a meaning
_DATE = 1 << 5 | 1  # 1980-01-01, the earliest day a zip can hold
_RIGHTS = 0o100_644 << 16
_LOCAL_HEADER = struct.Struct("<4s5H3L2H")
_CENTRAL_HEADER = struct.Struct("<4s6H3L5H2L")
_END_RECORD = struct.Struct("<4s4H2LH")


class NotCanonicalError(ValueError):
    """A file is not the canonical zip of what it holds; ``offset`` is the first byte that is not as it must be."""

    def __init__(self, offset: int) -> None:
        super().__init__(f"not canonical at byte {offset}")
        self.offset = offset


def write_zip(entries: Mapping[str, bytes]) -> bytes:
    """Write the canonical zip of entries by name.

    Raises
    ------
    ValueError
        If a name is not of lower-case Latin letters, digits and underscores with an ending, or all is too large.
    """
    if wrong := [name for name in entries if not _NAME.fullmatch(name)]:
        raise ValueError(f"no name for an entry of a bundle: {wrong[0]!r}")
    data = b"".join(_pieces(entries))
    if len(data) > MAX_BUNDLE_BYTES or len(entries) > MAX_ENTRIES:
        raise ValueError(f"{len(data)} bytes in {len(entries)} entries are too much for a bundle")
    return data


def read_zip(data: bytes) -> dict[str, bytes]:
    """Read a canonical zip, by anybody's hand: what it holds is written anew and compared byte for byte.

    Raises
    ------
    NotCanonicalError
        If any bit is not the one that :func:`write_zip` would write.
    """
    entries: dict[str, bytes] = {}
    offset = 0
    while data[offset : offset + 4] == _LOCAL:
        if len(entries) == MAX_ENTRIES or len(data) - offset < _LOCAL_HEADER.size:
            raise NotCanonicalError(offset)
        header = _LOCAL_HEADER.unpack_from(data, offset)
        size, name_length = header[8], header[9]
        start = offset + _LOCAL_HEADER.size + name_length
        name = data[start - name_length : start].decode("latin-1")
        if name in entries or not _NAME.fullmatch(name):
            raise NotCanonicalError(offset + _LOCAL_HEADER.size)
        entries[name] = data[start : start + size]
        offset = start + size
    _require_same(data, entries)
    return entries


def _require_same(data: bytes, entries: Mapping[str, bytes]) -> None:
    offset = 0
    for piece in _pieces(entries):
        there = data[offset : offset + len(piece)]
        if there != piece:
            right = next((i for i, (a, b) in enumerate(zip(there, piece, strict=False)) if a != b), len(there))
            raise NotCanonicalError(offset + right)
        offset += len(piece)
    if offset != len(data):
        raise NotCanonicalError(offset)


def _pieces(entries: Mapping[str, bytes]) -> Iterator[bytes]:
    """Yield the zip in order: each entry's header and content, the directory, its end."""
    directory = []
    offset = 0
    for name in sorted(entries):
        content, encoded = entries[name], name.encode("ascii")
        common = (_VERSION, 0, 0, 0, _DATE, zlib.crc32(content), len(content), len(content), len(encoded), 0)
        yield _LOCAL_HEADER.pack(_LOCAL, *common) + encoded
        yield content
        directory.append(_CENTRAL_HEADER.pack(_CENTRAL, _MADE_BY, *common, 0, 0, 0, _RIGHTS, offset) + encoded)
        offset += _LOCAL_HEADER.size + len(encoded) + len(content)
    yield from directory
    size = sum(map(len, directory))
    yield _END_RECORD.pack(_END, 0, 0, len(directory), len(directory), size, offset, 0)
