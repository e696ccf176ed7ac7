"""``taavon explain`` prints sentences for people, or certificates for programs."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import CliRunner

from api.cli import app
from distribution.domain.policy import Policy
from distribution.services.run_folder import DATABASE
from tests.support.networks import small_network
from tests.support.rounds import keep_round
from tests.support.service import open_store, settings_for


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("run")
    uow = open_store(settings_for(place))
    even = Policy(code="default", name_en="Even shares", name_fa="سهم برابر")
    keep_round(uow, replace(small_network(), policies=(even,)), "spring")
    uow.engine.dispose()
    assert (place / DATABASE).is_file()
    return place


def bare(text: str) -> str:
    """Leave out the isolates around names."""
    return text.translate(dict.fromkeys((0x2068, 0x2069)))


def explain(*arguments: object) -> tuple[int, str, str]:
    result = CliRunner().invoke(app, ["explain", *map(str, arguments)])
    return result.exit_code, result.stdout, result.stderr


def test_it_prints_a_heading_and_the_sentences_of_every_commodity(folder: Path) -> None:
    code, text, _ = explain(folder, "O7")
    assert code == 0
    headings = [line for line in text.splitlines() if not line.startswith("  ")]
    assert [bare(heading).split(": ")[0] for heading in headings] == [
        f"Shop 7, {goods}, round spring, policy Even shares (default)" for goods in ("Chicken", "Eggs", "Rice")
    ]
    assert bare(headings[-1]).endswith(": 30 packs")
    assert "its store takes at most 30 packs in the period: 90.3 of its share find no room" in text


def test_it_speaks_persian(folder: Path) -> None:
    code, text, _ = explain(folder, "O0", "--commodity", "rice", "--lang", "fa")
    assert code == 0
    assert "این نقطه توزیع ۵٬۰۰۰ نفر را پوشش می‌دهد (رقم اعلام‌شده)." in text
    assert "، سیاست تسهیم سهم برابر (default): " in bare(text.splitlines()[0])
    assert "برنج" in text.splitlines()[0]


def test_the_plain_way_to_share_is_called_that(tmp_path: Path) -> None:
    uow = open_store(settings_for(tmp_path))
    keep_round(uow, small_network(), "spring")
    uow.engine.dispose()
    code, text, _ = explain(tmp_path, "O7", "--commodity", "rice")
    assert code == 0
    assert (
        bare(text.splitlines()[0])
        == "Shop 7, Rice, round spring, policy plain shares by people and need (default): 30 packs"
    )


def test_json_is_the_certificates_and_nothing_else(folder: Path) -> None:
    code, text, errors = explain(folder, "O0", "--round", "spring", "--json")
    assert (code, errors) == (0, "")
    documents = json.loads(text)
    assert [d["commodity"]["code"] for d in documents] == ["chicken", "eggs", "rice"]
    for document in documents:
        assert sum(term["nano"] for term in document["sum"]) == document["line"]["packs"] * 10**9
    assert text == json.dumps(documents, ensure_ascii=False, sort_keys=True, indent=2) + "\n"


def test_an_outlet_that_is_not_there_is_named_with_the_nearest(folder: Path) -> None:
    code, text, errors = explain(folder, "O77")
    assert (code, text) == (2, "")
    assert "There is no outlet O77 in round spring. Do you mean O7?" in errors
