"""``taavon absorb`` as a planner uses it: on the folder of a run, with a report of what was lifted."""

from __future__ import annotations

import csv
import re
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from typer.testing import CliRunner

from api.cli import app
from tests.support.networks import small_network, write_csv

PERSIAN = re.compile("[\u0600-\u06ff]")
DATABASE = "taavon.db"


def read_rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def ran(tmp_path_factory, taavon) -> Path:
    """Return the folder of a finished run; only for tests that copy it."""
    base = tmp_path_factory.mktemp("ran")
    taavon("run", write_csv(small_network(), base / "in"), "--out", base / "out", "--iterations", "2")
    return base / "out"


@pytest.fixture
def place(ran, tmp_path) -> Path:
    """Return a folder with a run, ``run``, and a report, ``lifted.csv``: O4 lifted nothing, everyone else all."""
    shutil.copytree(ran, tmp_path / "run")
    lines = [
        f"{row['outlet_code']},{row['commodity_code']},{0 if row['outlet_code'] == 'O4' else row['packs']}"
        for row in read_rows(ran / "allotments.csv")
    ]
    text = "\n".join(["outlet_code,commodity_code,lifted_packs", *lines])
    (tmp_path / "lifted.csv").write_text(text, encoding="utf-8")
    return tmp_path


def told(place: Path, folder: str, report: str, *options: str) -> tuple[int, str]:
    """Absorb in this process; return the exit code and all that was said, on one line."""
    result = CliRunner().invoke(app, ["absorb", str(place / folder), str(place / report), *options])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result.exit_code, " ".join(result.output.split())


def postings(folder: Path) -> list[tuple[str, int]]:
    with closing(sqlite3.connect(folder / DATABASE)) as connection:
        query = (
            "SELECT account, sum(amount_nano) FROM ledger WHERE kind = 'absorption' GROUP BY account ORDER BY account"
        )
        return connection.execute(query).fetchall()


def test_every_pack_that_was_not_lifted_is_in_the_log_and_the_books(place, taavon):
    done = taavon("absorb", place / "run", place / "lifted.csv", "--on", "1403/02/05")
    moves = read_rows(place / "run" / "absorption-2024-04-24.csv")
    allotments = read_rows(place / "run" / "allotments.csv")
    unlifted = sum(int(row["packs"]) for row in allotments if row["outlet_code"] == "O4")
    assert sum(int(move["packs"]) for move in moves) == unlifted
    assert {move["from_outlet"] for move in moves} == {"O4"}
    assert f"packs moved {unlifted}" in done.stdout
    assert "Moves" in done.stdout
    booked = dict(postings(place / "run"))
    assert booked.get("rounding_debt", 0) == 0
    assert booked["bonus"] > 0
    with closing(sqlite3.connect(place / "run" / DATABASE)) as connection:
        kept = connection.execute("SELECT content FROM export_file WHERE path LIKE 'absorption-%'").fetchall()
    assert kept == [((place / "run" / "absorption-2024-04-24.csv").read_bytes(),)]


def test_a_second_time_is_refused_and_changes_nothing(place):
    command = ("run", "lifted.csv", "--on", "2024-04-24")
    assert told(place, *command)[0] == 0
    before, files = postings(place / "run"), sorted((place / "run").iterdir())
    code, words = told(place, *command)
    assert code == 2
    assert "already_absorbed" in words
    assert "chicken, eggs, rice" in words
    assert postings(place / "run") == before
    assert sorted((place / "run").iterdir()) == files


def test_the_days_on_which_it_may_be_done_are_told_in_the_readers_language(place):
    command = ("run", "lifted.csv", "--on", "2024-04-21")
    code, words = told(place, *command)
    assert code == 2
    assert "from 3 days before the absorption deadline" in words
    code, words = told(place, *command, "--lang", "fa")
    assert code == 2
    assert PERSIAN.search(words)
    assert "1403/02/07" in words
    code, words = told(place, *command, "--days", "5", "--lang", "fa")
    assert code == 0
    assert "جابه‌جایی‌ها" in words
    assert "Moves" not in words


def test_a_column_that_is_not_understood_is_told(place):
    report = place / "lifted.csv"
    report.write_text(report.read_text(encoding="utf-8").replace("packs", "packs,kept_pakcs", 1), encoding="utf-8")
    code, words = told(place, "run", "lifted.csv", "--on", "2024-04-24")
    assert code == 0
    assert "kept_pakcs" in words
    assert "nearest known one is kept_packs" in words


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("run", "lifted.csv", "--on", "yesterday"), "not a date"),
        (("run", "none.csv", "--on", "2024-04-24"), "no file or folder"),
        (("run", "short.csv", "--on", "2024-04-24"), "Nothing is said of"),
        ((".", "lifted.csv", "--on", "2024-04-24"), "absorb_no_run"),
        (("run", "lifted.csv", "--on", "2024-04-24", "--round", "autumn"), "round_unknown"),
    ],
)
def test_a_mistake_is_told_in_words_and_nothing_is_written(place, arguments, sentence):
    (place / "short.csv").write_text("outlet_code,commodity_code,lifted_packs\nO1,rice,1\n", encoding="utf-8")
    code, words = told(place, *arguments)
    assert code == 2
    assert sentence in words
    assert postings(place / "run") == []
    assert not list((place / "run").glob("*absorption-*"))
