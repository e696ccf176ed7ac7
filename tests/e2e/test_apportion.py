"""``taavon apportion`` prints CSV on standard output, and what else there is to say on standard error."""

from __future__ import annotations

import pytest
from typer.testing import CliRunner

from api.cli import app

STATES = "name,weight\nA,21878\nB,9713\nC,4167\nD,3252\nE,1065\n"


@pytest.fixture
def told(tmp_path):
    def run(text: str, *options: str) -> tuple[int, str, str]:
        file = tmp_path / "names.csv"
        file.write_text(text, encoding="utf-8")
        result = CliRunner().invoke(app, ["apportion", str(file), *options])
        return result.exit_code, result.stdout, result.stderr

    return run


def test_nothing_but_csv_stands_on_standard_output(told):
    code, out, err = told(STATES, "--seats", "44", "--method", "hamilton")
    assert (code, out) == (0, "name,packs\nA,24\nB,11\nC,5\nD,3\nE,1\n")
    assert err == "Level: 0.00109794135995009 packs for each unit of weight (44/40075)\n"
    code, out, err = told(STATES, "--seats", "44", "--method", "webster", "--lang", "fa")
    assert (code, out) == (0, "name,packs\nA,24\nB,10\nC,5\nD,4\nE,1\n")
    assert err.startswith("مقسوم‌علیه: ")


def test_names_that_look_like_markup_or_hold_commas_come_out_as_they_are(told):
    _, out, _ = told('name,weight\n[red]x[/red],1\n"a, ""b""",1\n', "--seats", "2", "--method", "webster")
    assert out == 'name,packs\n[red]x[/red],1\n"a, ""b""",1\n'


@pytest.mark.parametrize("lang", ["fa", "en"])
def test_mistakes_end_with_code_2_and_nothing_on_standard_output(told, lang):
    code, out, err = told("name,weight\nA,-1\nA,2\n", "--seats", "3", "--method", "quota", "--lang", lang)
    assert (code, out) == (2, "")
    assert "-1" in err
    assert "input_rejected" in err
    for seats in ("-1", "1.5", "many", "۱۰٫۵", "99999999999999999999"):
        assert told(STATES, "--seats", seats)[0] == 2
    assert told(STATES, "--seats", "3", "--method", "lottery")[0] == 2


def test_seats_may_be_written_in_persian_digits(told):
    assert told(STATES, "--seats", "۴۴") == told(STATES, "--seats", "44")
