"""Whatever goes wrong is told in a sentence of the reader's language, with an exit code and without a traceback."""

import re
import socket
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
import uvicorn
from typer.testing import CliRunner

from api import cli
from api.cli import app
from distribution.services import plan_deliveries
from distribution.services.plan_deliveries import SolverError
from optimizer.launch import SolverCrash
from tests.support.networks import small_network, write_csv

PERSIAN = re.compile("[\u0600-\u06ff]")


@pytest.fixture
def place(tmp_path, monkeypatch) -> Path:
    """Return a folder with an input, some papers, and earlier runs that are none."""
    monkeypatch.chdir(tmp_path)
    write_csv(small_network(), Path("in"))
    for name in ("papers", "no-database", "newer"):
        Path(name).mkdir()
    Path("file").write_text("a file", encoding="utf-8")
    Path("papers/thesis.txt").touch()
    Path("no-database/taavon.db").write_text("no database at all" * 100, encoding="utf-8")
    with closing(sqlite3.connect("newer/taavon.db")) as connection, connection:
        connection.execute("CREATE TABLE alembic_version (version_num VARCHAR(32))")
        connection.execute("INSERT INTO alembic_version VALUES ('9999_from_the_future')")
    return tmp_path


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as found:
        port: int = found.getsockname()[1]
    return port


def told(arguments: str, lang: str) -> tuple[int, str]:
    """Run the command line and return its exit code and what it says on standard error."""
    result = CliRunner().invoke(app, [*arguments.split(), "--lang", lang])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    assert "Traceback" not in result.output
    return result.exit_code, result.stderr


@pytest.mark.parametrize("lang", ["en", "fa"])
def test_a_plan_that_is_not_there_is_named_and_the_mistakes_are_counted(place, lang):
    _, sentence = told("verify-plan nowhere.json", lang)
    last = sentence.strip().splitlines()[-1]
    assert ("Error (input_rejected): Errors in the input: 1." if lang == "en" else "۱") in last
    assert sentence.count("nowhere.json") == 2  # where it was found, and in what was found
    assert "“”" not in sentence


@pytest.mark.parametrize("lang", ["en", "fa"])
def test_a_port_in_use_is_told_before_anything_is_made_or_said(place, lang):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        result = CliRunner().invoke(app, ["serve", "--db", "typo.db", "--port", str(port), "--lang", lang])
    assert result.exit_code == 1
    assert "port_in_use" in result.stderr
    assert str(port) in result.stderr
    assert result.stdout == ""
    assert not (place / "typo.db").exists()


def test_an_address_that_is_not_of_this_machine_is_refused(place):
    exit_code, sentence = told("serve --db typo.db --host 192.0.2.1 --port 18765", "en")
    assert exit_code == 1
    assert "address_unusable" in sentence


@pytest.mark.parametrize("lang", ["en", "fa"])
def test_a_database_that_was_not_there_is_told_of(place, monkeypatch, lang):
    served: list[object] = []
    monkeypatch.setattr(uvicorn.Server, "run", lambda _, sockets: served.extend(sockets))
    monkeypatch.setattr(uvicorn.Server, "started", True, raising=False)
    for made in (True, False):
        result = CliRunner().invoke(app, ["serve", "--db", "typo.db", "--port", str(free_port()), "--lang", lang])
        assert ("typo.db" in result.stdout) == made
    assert len(served) == 2
    for listening in served:
        listening.close()


@pytest.mark.parametrize("lang", ["en", "fa"])
@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        ("run nowhere --out out", 2, "nowhere"),
        ("run file --out out", 2, "file"),
        ("run in --out file", 2, "file"),
        ("run in --out file/out", 1, "file/out"),
        ("run in --out papers", 2, "papers"),
        ("run in --out papers --overwrite", 2, "taavon.db"),
        ("run in --out in", 2, "in"),
        ("run in --out out --previous papers", 2, "papers"),
        ("run in --out out --previous no-database", 2, "no-database/taavon.db"),
        ("run in --out out --previous newer", 2, "newer/taavon.db"),
        ("run in --out out --round summer", 2, "spring"),
        ("verify-plan nowhere.json", 2, "nowhere.json"),
        ("verify-plan file", 2, "JSON"),
        ("template nowhere/input.xlsx", 1, "nowhere/input.xlsx"),
    ],
)  # fmt: skip
def test_an_error_is_told_in_words(place, arguments, code, words, lang):
    before = sorted(place.rglob("*"))
    exit_code, sentence = told(arguments, lang)
    assert exit_code == code
    assert words in sentence
    assert "{" not in sentence
    assert bool(PERSIAN.search(sentence)) == (lang == "fa")
    assert sorted(place.rglob("*")) == before


@pytest.mark.parametrize("lang", ["en", "fa"])
@pytest.mark.parametrize(
    ("error", "code"),
    [(SolverCrash(-9, ""), 1), (SolverError("plan_rejected", details="x"), 1), (KeyboardInterrupt(), 130)],
    ids=["solver killed", "plan rejected", "interrupted"],
)
def test_a_search_that_ends_without_a_plan_is_told_in_words(place, monkeypatch, error, code, lang):
    def fail(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr(plan_deliveries, "solve_in_child", fail)
    before = sorted(place.rglob("*"))
    exit_code, sentence = told("run in --out out --iterations 1", lang)
    assert exit_code == code
    assert sentence.strip()
    assert bool(PERSIAN.search(sentence)) == (lang == "fa")
    assert sorted(place.rglob("*")) == before


@pytest.mark.parametrize("limit", ["--seconds=-1", "--seconds=nan", "--seconds=inf", "--iterations=-1", "--workers=0"])
def test_a_limit_that_is_none_is_refused(place, limit):
    exit_code, sentence = told(f"run in --out out {limit}", "en")
    assert exit_code == 2
    assert limit.split("=")[0] in sentence
    assert not Path("out").exists()


def test_a_cell_that_looks_like_markup_is_shown_as_it_is(place):
    outlets = Path("in/outlets.csv")
    outlets.write_text(outlets.read_text(encoding="utf-8-sig").replace("delivered", "[/red]by-camel"), encoding="utf-8")
    exit_code, sentence = told("run in --out out", "en")
    assert exit_code == cli.BAD_INPUT
    assert "[/red]by-camel" in sentence
