"""Put a folder in its place all at once, or not at all."""

from __future__ import annotations

import glob
import shutil
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from distribution.domain.errors import StateError, UnavailableError

if sys.platform != "win32":
    import fcntl

#: In every workspace: held as long as its process lives, so that a workspace left by one that was killed is known.
_LOCK = "lock"


@contextmanager
def replaced_folder(folder: Path) -> Iterator[Path]:
    """Give an empty folder that takes the other's place at the end, and vanishes on any error.

    The new folder is made beside the other, on the same file system, and renamed at the end.

    Raises
    ------
    UnavailableError
        ``out_unusable`` if there is no room or no right to write.
    """
    given, folder = folder, folder.resolve()
    with writing_to(given):
        folder.parent.mkdir(parents=True, exist_ok=True)
        workspace = Path(tempfile.mkdtemp(prefix=_prefix(folder), dir=folder.parent))
    try:
        new = workspace / "new"
        with writing_to(given):
            lock = (workspace / _LOCK).open("wb")
        with lock:
            _try_lock(lock)
            with writing_to(given):
                new.mkdir()
            yield new
            with writing_to(given):
                _swap(new, folder, workspace / "old")
    finally:
        shutil.rmtree(workspace, ignore_errors=True)


def require_new_folder(folder: Path) -> None:
    """Check that a folder is empty or not there.

    Raises
    ------
    StateError
        ``out_not_new``.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise StateError("out_not_new", folder=str(folder))


@contextmanager
def new_folder(folder: Path) -> Iterator[Path]:
    """Give an empty folder that takes its place at the end, and vanishes on any error; nothing may be there yet.

    Raises
    ------
    StateError
        ``out_not_new``.
    UnavailableError
        ``out_unusable``.
    """
    require_new_folder(folder)
    with replaced_folder(folder) as partial, writing_to(folder):
        yield partial


def write_new_folder(folder: Path, files: Mapping[str, bytes]) -> None:
    """Write files by name into a new folder, all or nothing.

    Raises
    ------
    StateError
        ``out_not_new``.
    UnavailableError
        ``out_unusable``.
    """
    with new_folder(folder) as partial:
        for name, content in files.items():
            (partial / name).write_bytes(content)


@contextmanager
def writing_to(folder: Path) -> Iterator[None]:
    """Raise ``out_unusable``, an UnavailableError, for any error of the file system."""
    try:
        yield
    except OSError as error:
        raise UnavailableError("out_unusable", folder=str(folder), reason=error.strerror or str(error)) from error


def sweep_workspaces(folder: Path) -> None:
    """Remove what killed processes left beside a folder; a folder lost between two renames is put back."""
    folder = folder.resolve()
    if sys.platform == "win32" or not folder.parent.is_dir():
        return
    for workspace in sorted(folder.parent.glob(f"{glob.escape(_prefix(folder))}*")):
        lock = workspace / _LOCK
        if not lock.is_file():
            continue
        with lock.open("wb") as held:
            if not _try_lock(held):
                continue
            if (workspace / "old").exists() and not folder.exists():
                (workspace / "old").rename(folder)
            shutil.rmtree(workspace, ignore_errors=True)


def _prefix(folder: Path) -> str:
    return f".{folder.name}.taavon-"


def _swap(new: Path, folder: Path, old: Path) -> None:
    if not folder.exists():
        new.rename(folder)
        return
    folder.rename(old)
    try:
        new.rename(folder)
    except BaseException:
        old.rename(folder)
        raise


def _try_lock(file: IO[bytes]) -> bool:
    """Lock a file until it is closed, if nobody else holds it."""
    if sys.platform == "win32":
        return True
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
