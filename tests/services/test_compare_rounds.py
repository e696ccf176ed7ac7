"""Scenarios side by side: what is compared, what is refused, and that every difference adds up."""

import csv
import io
import sqlite3
from contextlib import closing
from dataclasses import fields, replace
from pathlib import Path

import numpy as np
import pytest
from python_calamine import CalamineWorkbook

from distribution.allocation.fairness import Fairness
from distribution.domain.errors import StateError
from distribution.domain.policy import Policy
from distribution.messages import LOCALES, render_message
from distribution.services.compare_rounds import LEVELS, compare_rounds
from distribution.services.comparison_files import render_comparison_workbook, write_comparison
from distribution.services.comparison_tables import SHOWN_MEASURES, list_notes, list_tables, measure_text, name_measure
from distribution.services.plan_deliveries import SearchOptions
from distribution.services.progress import SilentReporter
from distribution.services.run_folder import DATABASE, FolderRun, run_folder
from distribution.services.run_round import RunOptions
from optimizer.plan import Limits
from tests.support.networks import small_network
from tests.support.nouns import commodity, quota
from tests.support.scenarios import keep_run

GOODS = ("chicken", "eggs", "rice")
PLAIN = {(f"O{i}", code): 10 for i in range(10) for code in GOODS}
#: Two outlets of the west give rice: one to its neighbour of another union, one to the east; one egg pack is lost.
MOVED = PLAIN | {("O0", "rice"): 6, ("O2", "rice"): 14, ("O1", "rice"): 7, ("O5", "rice"): 13, ("O9", "eggs"): 9}


@pytest.fixture(scope="module")
def runs(tmp_path_factory) -> Path:
    """Return a folder with two runs, ``plain`` and ``moved``."""
    base = tmp_path_factory.mktemp("runs")
    keep_run(base / "plain", small_network(), PLAIN)
    keep_run(base / "moved", small_network(), MOVED, policy="moving")
    return base


@pytest.fixture(scope="module")
def both(runs):
    return compare_rounds([runs / "plain", runs / "moved"])


def change(comparison, level, s=1):
    figures = comparison.levels[level]
    rows = zip(figures.codes, figures.difference(s).change.tolist(), strict=True)
    return {code: row for code, row in rows if any(row)}


def test_differences_are_told_at_every_level_and_areas_count_with_all_below(both):
    assert [c.code for c in both.commodities] == list(GOODS)
    assert change(both, "outlets") == {
        "O0": [0, 0, -4],
        "O1": [0, 0, -3],
        "O2": [0, 0, 4],
        "O5": [0, 0, 3],
        "O9": [0, -1, 0],
    }
    assert change(both, "areas") == {"east": [0, -1, 3], "province": [0, -1, 0], "west": [0, 0, -3]}
    assert change(both, "unions") == {"U1": [0, -1, -7], "U2": [0, 0, 7]}
    assert change(both, "cooperatives") == {"C-rural": [0, 0, 7], "C-teachers": [0, 0, -3], "C-workers": [0, -1, -4]}


def test_gains_less_losses_are_the_change_in_packs_placed_at_every_level(both):
    placed = [[s.goods[code].allotted_packs for code in GOODS] for s in both.scenarios]
    for figures in both.partitions:
        got = figures.difference(1)
        balance = [g - w for g, w in zip(got.gained, got.lost, strict=True)]
        assert balance == [b - a for a, b in zip(*placed, strict=True)] == [0, -1, 0]
    assert [f.difference(1).gained[2] for f in both.partitions] == [7, 7, 7, 3]


def test_the_way_back_is_the_way_there_with_its_signs_turned(runs, both):
    back = compare_rounds([runs / "moved", runs / "plain"])
    for level in LEVELS:
        assert (back.levels[level].change_g(1) == -both.levels[level].change_g(1)).all()


def test_kg_per_person_follows_from_the_people_of_each_scenario(both):
    west = both.levels["areas"].codes.index("west")
    people = 5000 + 4000 + 3000 + 6000 + 12_000
    assert both.levels["areas"].kg_per_person(1)[west, 2] == pytest.approx(47 * 10 / people)


def test_a_scenario_is_named_by_its_folder_and_policy_and_by_its_path_where_folders_share_a_name(runs, tmp_path):
    twin = keep_run(tmp_path / "plain", small_network(), MOVED)
    names = [s.name for s in compare_rounds([runs / "plain", runs / "moved", twin]).scenarios]
    assert names == [str(runs / "plain"), "moved (moving)", str(twin)]


def test_a_folder_named_after_its_policy_is_named_once(runs, tmp_path):
    own = keep_run(tmp_path / "moving", small_network(), MOVED, policy="moving")
    assert [s.name for s in compare_rounds([runs / "plain", own]).scenarios] == ["plain", "moving"]


def test_an_outlet_of_one_network_only_is_told_of_and_has_no_ration_in_the_other(runs, tmp_path):
    network = small_network()
    opened = network.outlets[0].model_copy(update={"code": "ON"})
    wider = replace(network, outlets=(*network.outlets, opened))
    packs = {key: count for key, count in PLAIN.items() if key[0] != "O9"} | {("ON", "rice"): 10}
    got = compare_rounds([runs / "plain", keep_run(tmp_path / "wider", wider, packs)])
    assert (got.only_in(1, 0), got.only_in(0, 1)) == (("ON",), ())
    assert change(got, "outlets") == {"O9": [-10, -10, -10], "ON": [0, 0, 10]}
    row = got.outlets.codes.index("ON")
    assert np.isnan(got.outlets.kg_per_person(0)[row, 2])
    (note,) = list_notes(got, "en")
    assert "ON" in note
    assert "wider" in note


def test_reading_runs_leaves_their_folders_as_they_were(runs):
    def contents():
        return {p: p.read_bytes() for p in runs.rglob("*") if p.is_file()}

    before = contents()
    compare_rounds([runs / "plain", runs / "moved"])
    assert contents() == before


def refusal(folders, round_code=None):
    with pytest.raises(StateError) as told:
        compare_rounds(folders, round_code)
    return told.value


def test_other_quotas_are_refused_and_named(runs, tmp_path):
    network = small_network()
    (rice,) = (q for q in network.quotas if q.commodity_code == "rice")
    other = replace(network, quotas=(quota("spring", "eggs", "1.6", rice.period_start, rice.period_end), rice))
    packs = {key: count for key, count in PLAIN.items() if key[1] != "chicken"}
    error = refusal([runs / "plain", keep_run(tmp_path / "other", other, packs)])
    assert error.code == "scenario_quotas_differ"
    assert error.params["details"] == "chicken (2,400 ≠ –), eggs (1,500 ≠ 1,600)"


def test_other_packs_are_refused_and_named(runs, tmp_path):
    network = small_network()
    rice = commodity("rice", "برنج", "5", "12.5", network.commodities[2].storage_class, price=1)
    other = replace(network, commodities=(*network.commodities[:2], rice))
    error = refusal([runs / "plain", keep_run(tmp_path / "other", other, PLAIN)])
    assert (error.code, error.params["details"]) == ("scenario_packs_differ", "rice (10 ≠ 5)")


def test_a_round_that_a_run_does_not_hold_is_refused(runs):
    error = refusal([runs / "plain", runs / "moved"], "summer")
    assert (error.code, error.params["round"], error.params["rounds"]) == ("scenario_round_missing", "summer", "spring")


def test_networks_without_a_common_outlet_are_refused(runs, tmp_path):
    network = small_network()
    renamed = replace(
        network, outlets=tuple(o.model_copy(update={"code": f"X{o.code}"}) for o in network.outlets), stock=()
    )
    other = keep_run(tmp_path / "other", renamed, {(f"X{o}", c): n for (o, c), n in PLAIN.items()})
    assert refusal([runs / "plain", other]).code == "scenario_outlets_apart"


@pytest.mark.parametrize(
    ("folders", "code"),
    [
        (["plain"], "scenario_count"),
        (["plain"] * 9, "scenario_count"),
        (["plain", "moved", "moved/../plain"], "scenario_twice"),
        (["plain", "nowhere"], "no_previous"),
    ],
)
def test_folders_that_cannot_be_compared_are_refused(runs, folders, code):
    assert refusal([runs / folder for folder in folders]).code == code


@pytest.mark.parametrize("first", [True, False])
def test_lines_that_do_not_add_up_to_the_books_are_refused(runs, tmp_path, first):
    spoilt = keep_run(tmp_path / "spoilt", small_network(), PLAIN)
    with closing(sqlite3.connect(spoilt / DATABASE)) as connection, connection:
        connection.execute(
            "UPDATE allotment SET packs = packs + 1 WHERE outlet_code = 'O4' AND commodity_code = 'rice'"
        )
    folders = [spoilt, runs / "plain"] if first else [runs / "plain", spoilt]
    error = refusal(folders)
    assert (error.code, error.params["commodity"], error.params["folder"]) == (
        "scenario_unbalanced",
        "rice",
        str(spoilt),
    )


@pytest.mark.parametrize("locale", LOCALES)
def test_every_measure_of_fairness_has_a_name(locale):
    names = [name_measure(field.name, locale) for field in fields(Fairness)]
    assert len(set(names)) == len(names)


@pytest.mark.parametrize("locale", LOCALES)
def test_tables_show_what_says_most_of_fairness_for_every_commodity_and_scenario(both, locale):
    tables = dict(list_tables(both, locale))
    names = [scenario.name for scenario in both.scenarios]
    for measure in SHOWN_MEASURES:
        params = {"measure": name_measure(measure, locale)}
        header, *rows = tables[render_message("compare.heading.fairness", locale, params)]
        assert [*header[1:]] == names
        assert rows == [
            (goods.name(locale), *(measure_text(s.fairness[goods.code][measure], locale, 4) for s in both.scenarios))
            for goods in both.commodities
        ]
    assert all(len(row) == len(rows[0]) for rows in tables.values() for row in rows)


@pytest.mark.parametrize("locale", LOCALES)
def test_the_workbook_has_every_measure(both, locale):
    book = CalamineWorkbook.from_filelike(io.BytesIO(render_comparison_workbook(both, locale)))
    sheet = book.get_sheet_by_name(render_message("compare.sheet.fairness", locale))
    cells = {cell for row in sheet.to_python() for cell in row}
    assert {name_measure(f.name, locale) for f in fields(Fairness) if f.type != "tuple[Fifth, ...]"} <= cells


def test_losers_come_before_gainers_and_both_are_named(both):
    tables = {heading: rows for heading, rows in list_tables(both, "en") if "Outlets" in heading}
    (rows,) = tables.values()
    assert [row[0][-3:-1] for row in rows[1:]] == ["O0", "O1", "O9", "O5", "O2"]
    assert [row[4] for row in rows[1:]] == ["-40.0", "-30.0", "-11.0", "+30.0", "+40.0"]


def test_the_csv_adds_up_and_the_workbook_begins_with_those_who_lose_most(both, tmp_path):
    write_comparison(both, tmp_path / "new" / "out", "en")
    lines = list(csv.DictReader(io.StringIO((tmp_path / "new/out/compare.csv").read_text("utf-8-sig"))))
    outlets = [line for line in lines if line["level"] == "outlets"]
    assert len(outlets) == 10 * len(GOODS)
    for code, due in zip(GOODS, (0, -1, 0), strict=True):
        of = [line for line in outlets if line["commodity_code"] == code]
        assert sum(int(line["packs_change"]) for line in of) == due
        (whole,) = (ln for ln in lines if ln["code"] == "province" and ln["commodity_code"] == code)
        assert whole["kg_before"] == str(sum(int(line["kg_before"]) for line in of))
    book = CalamineWorkbook.from_path(tmp_path / "new/out/compare.xlsx")
    assert book.sheet_names == [
        "Summary", "Gains and losses", "Fairness", "Outlets", "Cooperatives", "Unions", "Areas",
    ]  # fmt: skip
    rows = book.get_sheet_by_name("Outlets").to_python()
    assert [row[0] for row in rows if str(row[0]).startswith("O")][-10:][:3] == ["O0", "O1", "O9"]
    assert rows[-1][0] == "O2"


def test_the_workbook_has_other_words_and_the_same_numbers_in_persian(both):
    def numbers(locale):
        book = CalamineWorkbook.from_filelike(io.BytesIO(render_comparison_workbook(both, locale)))
        return [
            [cell for cell in row if isinstance(cell, float)]
            for name in book.sheet_names
            for row in book.get_sheet_by_name(name).to_python()
        ]

    assert numbers("fa") == numbers("en")


def test_files_do_not_go_into_the_folder_of_a_run(runs, both):
    with pytest.raises(StateError) as told:
        write_comparison(both, runs / "moved", "en")
    assert told.value.code == "out_is_input"


def test_two_policies_on_one_network_are_compared_as_they_were_run(tmp_path):
    network = replace(small_network(), policies=(Policy(code="root", people_exponent="0.5"),))
    for name, policy in (("by_people", None), ("by_root", "root")):
        options = RunOptions(SearchOptions(Limits(iterations=1), 1, 1), policy_code=policy)
        run_folder(
            FolderRun(Path("input"), tmp_path / name), network, (), options, SilentReporter(), locale="en",
            on_imported=lambda _diff: None,
        )  # fmt: skip
    got = compare_rounds([tmp_path / "by_people", tmp_path / "by_root"])
    assert [s.name for s in got.scenarios] == ["by_people (default)", "by_root (root)"]
    eggs = change(got, "outlets")
    assert eggs["O4"][1] < 0 < eggs["O2"][1]  # the largest outlet loses, the smallest gains
    assert got.scenarios[0].delivery["cost"] > 0
