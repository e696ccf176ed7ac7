"""A folder is put in its place all at once, or not at all, and nothing is left lying beside it."""

import subprocess
import sys
from pathlib import Path

import pytest

from distribution.domain.errors import UnavailableError
from distribution.services.whole_folder import replaced_folder, sweep_workspaces

HOLD = """
import sys, time
from pathlib import Path
from distribution.services.whole_folder import replaced_folder
with replaced_folder(Path(sys.argv[1])) as new:
    (new / "half").write_text("written")
    print("working", flush=True)
    time.sleep(60)
"""


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def start_and_kill(folder: Path) -> None:
    """Let another process work on a folder, and kill it in the middle."""
    with subprocess.Popen([sys.executable, "-c", HOLD, str(folder)], stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "working\n"
        other.kill()


def test_a_folder_appears_with_all_that_was_written(tmp_path):
    with replaced_folder(tmp_path / "deep" / "out") as new:
        (new / "a").write_text("1", encoding="utf-8")
        assert not (tmp_path / "deep" / "out").exists()
    assert names(tmp_path / "deep") == ["out"]
    assert names(tmp_path / "deep" / "out") == ["a"]


def test_an_older_folder_gives_way_with_all_it_held(tmp_path):
    out = tmp_path / "out"
    out.mkdir()
    (out / "old").touch()
    with replaced_folder(out) as new:
        (new / "new").touch()
        assert names(out) == ["old"]
    assert names(out) == ["new"]
    assert names(tmp_path) == ["out"]


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt, SystemExit])
def test_whatever_is_raised_the_older_folder_stays_as_it_was(tmp_path, error):
    out = tmp_path / "out"
    out.mkdir()
    (out / "old").touch()

    def fail() -> None:
        with replaced_folder(out) as new:
            (new / "new").touch()
            raise error

    with pytest.raises(error):
        fail()
    assert names(out) == ["old"]
    assert names(tmp_path) == ["out"]


def test_the_folder_behind_a_link_is_replaced_and_the_link_stays(tmp_path):
    (tmp_path / "disk").mkdir()
    (tmp_path / "disk" / "old").touch()
    (tmp_path / "out").symlink_to(tmp_path / "disk")
    with replaced_folder(tmp_path / "out") as new:
        (new / "new").touch()
    assert (tmp_path / "out").is_symlink()
    assert names(tmp_path / "disk") == ["new"]


def test_a_place_that_is_no_folder_is_told_in_words(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(UnavailableError) as told, replaced_folder(tmp_path / "file" / "out"):
        pass
    assert told.value.code == "out_unusable"
    assert told.value.params["reason"]


def test_what_a_killed_process_left_is_swept_away(tmp_path):
    out = tmp_path / "out"
    start_and_kill(out)
    assert len(names(tmp_path)) == 1
    sweep_workspaces(out)
    assert names(tmp_path) == []


def test_the_workspace_of_a_living_process_is_left_alone(tmp_path):
    out = tmp_path / "out"
    with replaced_folder(out) as new:
        (new / "a").touch()
        sweep_workspaces(out)
    assert names(out) == ["a"]


def test_a_folder_lost_between_two_renames_is_put_back(tmp_path):
    out = tmp_path / "out"
    start_and_kill(out)
    (workspace,) = tmp_path.iterdir()
    (workspace / "old").mkdir()
    (workspace / "old" / "precious").touch()
    sweep_workspaces(out)
    assert names(tmp_path) == ["out"]
    assert names(out) == ["precious"]


def test_folders_of_like_names_are_not_swept(tmp_path):
    start_and_kill(tmp_path / "out-2")
    (tmp_path / ".out.taavon-mine").mkdir()  # without the lock: not ours
    sweep_workspaces(tmp_path / "out")
    assert len(names(tmp_path)) == 2
