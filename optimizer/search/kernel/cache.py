"""Where the compiled search is kept, so that it is compiled once and never out of date."""

from __future__ import annotations

import hashlib
import os
import tempfile
from pathlib import Path

from numba import config


def cache_folder() -> Path:
    """Return the folder for the code as it is now: its name is drawn from all source files of this package.

    Numba looks only at the file that a function stands in, and would keep one that calls another, changed elsewhere.
    """
    sources = sorted(Path(__file__).parent.glob("*.py"))
    digest = hashlib.sha256(b"".join(path.read_bytes() for path in sources)).hexdigest()[:16]
    try:
        folder = _root() / digest
        folder.mkdir(parents=True, exist_ok=True)
    except (OSError, RuntimeError):  # no home, or one that cannot be written to
        return Path(tempfile.mkdtemp(prefix="taavon-compiled-"))
    if os.access(folder, os.W_OK):
        return folder
    # Of this process alone: what is loaded from here is run, so it must not be a folder that others may fill.
    return Path(tempfile.mkdtemp(prefix="taavon-compiled-"))


def _root() -> Path:
    if named := os.environ.get("NUMBA_CACHE_DIR"):
        return Path(named)
    caches = os.environ.get("XDG_CACHE_HOME")
    return (Path(caches) if caches else Path.home() / ".cache") / "taavon" / "compiled"


def use_cache() -> None:
    """Let numba keep what it compiles in that folder."""
    setattr(config, "CACHE_DIR", str(cache_folder()))  # noqa: B010 - numba reads it from there, its types do not know it
