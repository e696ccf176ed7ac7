"""A zip that is the same, byte for byte, for the same members."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping

_EPOCH = (1980, 1, 1, 0, 0, 0)  # the earliest moment a zip can hold
_UNIX = 3
_ORDINARY_FILE = 0o100_644 << 16


def build_zip(members: Mapping[str, bytes]) -> bytes:
    """Build a zip of members by name, sorted, deflated, with fixed dates and rights.

    Raises
    ------
    ValueError
        If a name is absolute or leads out of the folder it is unpacked in.
    """
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in sorted(members):
            if name.startswith("/") or "\\" in name or ".." in name.split("/") or not name:
                raise ValueError(f"{name!r} leads out of the zip")
            info = zipfile.ZipInfo(name, date_time=_EPOCH)
            info.compress_type, info.create_system, info.external_attr = zipfile.ZIP_DEFLATED, _UNIX, _ORDINARY_FILE
            archive.writestr(info, members[name])
    return buffer.getvalue()
