"""Compiled code is kept by its sources, in a folder that nobody else can fill."""

import stat
from pathlib import Path

from optimizer.search.kernel import cache


def test_the_folder_is_named_after_the_sources(monkeypatch, tmp_path):
    monkeypatch.delenv("NUMBA_CACHE_DIR", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    package = tmp_path / "package"
    package.mkdir()
    (package / "cache.py").write_text("")
    monkeypatch.setattr(cache, "__file__", str(package / "cache.py"))

    before = cache.cache_folder()
    (package / "moves.py").write_text("# changed")
    after = cache.cache_folder()

    assert before.parent == after.parent == tmp_path / "taavon" / "compiled"
    assert before != after


def test_a_folder_that_the_user_names_is_divided_by_sources_too(monkeypatch, tmp_path):
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(tmp_path))

    assert cache.cache_folder().parent == tmp_path


def test_without_a_folder_of_ones_own_a_private_one_is_made(monkeypatch, tmp_path):
    blocked = tmp_path / "file"
    blocked.write_text("")
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(blocked))

    folder = cache.cache_folder()

    assert folder != blocked
    assert stat.S_IMODE(Path(folder).stat().st_mode) == 0o700
    folder.rmdir()
