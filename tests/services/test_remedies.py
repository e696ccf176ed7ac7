"""What would serve the loads that a round leaves waiting: the files, the figures and the words."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import dataclass, replace

import pytest

from distribution.documents.formats import format_currency
from distribution.domain.dataset import Dataset
from distribution.messages import LOCALES, Locale, load_catalogue
from distribution.services.import_dataset import import_dataset
from distribution.services.plan_deliveries import SearchOptions
from distribution.services.progress import SilentReporter
from distribution.services.remedy_words import ChangeWords
from distribution.services.run_round import RunOptions, run_round
from distribution.services.summary import RoundSummary
from distribution.services.summary_tables import list_tables
from optimizer.plan import Limits
from optimizer.problem import Depot, Place
from optimizer.remedy import Change, ChangeCode, NoRemedy
from tests.support.kept import Books
from tests.support.networks import small_network
from tests.support.small_problem import delivery, line_problem, truck


@dataclass(frozen=True)
class Run:
    summary: RoundSummary
    files: dict[str, bytes]

    def rows(self, path: str) -> list[dict[str, str]]:
        return list(csv.DictReader(io.StringIO(self.files[path].decode("utf-8-sig"))))


def run(network: Dataset, books: Books) -> Run:
    import_dataset(books.uow, network, "test")
    search = SearchOptions(Limits(iterations=2), 1, 1)
    summary = run_round(books.uow, RunOptions(search, None), SilentReporter())
    with books.uow.read() as tx:
        kept = tx.rounds.get(summary.round_code).require_id()
        files = {info.path: tx.files.get(kept, info.path) for info in tx.files.list(kept)}
    return Run(summary, {path: file.content for path, file in files.items() if file is not None})


@pytest.fixture(scope="module")
def short(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """Run a round on one day, with one trip for each truck: not everything fits."""
    network = small_network()
    network = replace(
        network,
        vehicles=tuple(v.model_copy(update={"count": 1, "trips_per_day": 1}) for v in network.vehicles),
        quotas=tuple(q.model_copy(update={"period_end": q.period_start}) for q in network.quotas),
    )
    return run(network, Books(tmp_path_factory.mktemp("short")))


def test_every_load_that_waits_has_its_remedy_and_its_action(short: Run) -> None:
    waiting, remedies = short.rows("unserved.csv"), short.rows("remedies.csv")
    assert waiting
    assert [(row["outlet_code"], row["kg"], row["reason"]) for row in remedies] == [
        (row["outlet_code"], row["kg"], row["reason"]) for row in waiting
    ]
    actions = {row["action"]: row for row in short.rows("actions.csv")}
    for row in remedies:
        assert int(row["cost"]) > 0
        assert row["outlet_code"] in actions[row["action"]]["outlet_codes"].split("; ")
    assert sum(int(row["loads"]) for row in actions.values()) == len(waiting)


def test_the_figures_are_those_of_the_files(short: Run) -> None:
    figures = short.summary.remedies
    assert figures is not None
    assert [str(action.cost) for action in figures.actions] == [row["cost"] for row in short.rows("actions.csv")]
    assert figures.rest == 0


def test_advice_is_no_part_of_what_is_frozen(short: Run) -> None:
    assert "remedies" not in json.loads(short.files["summary.json"])
    assert {"actions.csv", "remedies.csv"} <= set(short.summary.files)


@pytest.mark.parametrize("locale", LOCALES)
def test_the_summary_tells_what_would_serve_those_who_wait(short: Run, locale: Locale) -> None:
    tables = dict(list_tables(short.summary, locale))
    rows = tables[load_catalogue(locale)["remedy.heading.actions"]]
    assert len(rows) == 1 + len(short.rows("actions.csv"))
    assert all(len(row) == len(rows[0]) and all(row) for row in rows)
    currency = format_currency(short.summary.currency, locale)
    assert all(currency in amount for row in rows[1:] for amount in row[-2:])


def test_where_nothing_waits_there_is_nothing_to_tell(tmp_path_factory: pytest.TempPathFactory) -> None:
    served = run(small_network(), Books(tmp_path_factory.mktemp("all")))
    assert served.rows("unserved.csv") == []
    assert served.summary.remedies is None
    assert not {"actions.csv", "remedies.csv"} & set(served.files)
    assert not {"actions.csv", "remedies.csv"} & set(served.summary.files)


NUMBERS: dict[ChangeCode, dict[str, int]] = {
    ChangeCode.RETAG: {"delivery": 0, "depot": 1},
    ChangeCode.OTHER_DAY: {"delivery": 0, "day": 1},
    ChangeCode.MORE_TRIPS: {"vehicle_type": 0, "trips": 1},
    ChangeCode.LONGER_SHIFT: {"vehicle_type": 0, "earlier_s": 1800, "later_s": 600},
    ChangeCode.LONGER_HOURS: {"depot": 0, "earlier_s": 1800, "later_s": 600},
    ChangeCode.LONGER_DUTY: {"vehicle_type": 0, "by_s": 600},
    ChangeCode.LONGER_ROAD: {"vehicle_type": 0, "by_m": 1500},
    ChangeCode.WIDER_WINDOW: {
        "delivery": 0, "window_start_s": 28_800, "window_end_s": 36_000, "earlier_s": 1800, "later_s": 600
    },
    ChangeCode.ALLOW_TRUCK: {"delivery": 0, "vehicle_type": 0},
    ChangeCode.SPLIT: {"delivery": 0, "loads": 3},
    ChangeCode.MORE_TRUCKS: {"depot": 1, "vehicle_type": 0, "trucks": 2},
    ChangeCode.SMALLER_TRUCK: {"depot": 0, "vehicle_type": 0, "capacity_g": 2_500_000},
    ChangeCode.EQUIPPED_TRUCK: {"depot": 0, "vehicle_type": 0, "delivery": 0},
    ChangeCode.MORE_STOCK: {"depot": 0, "commodity": 0, "packs": 12, "day": 1},
    ChangeCode.MORE_STORAGE: {"delivery": 0, "by_g": 1500},
    ChangeCode.MORE_DOCKS: {"depot": 0, "docks": 1},
    ChangeCode.EXTRA_DAY: {"delivery": 0, "day": 2},
}  # fmt: skip


def say(locale: Locale, *changes: Change) -> str:
    network = small_network()
    codes = [*(w.code for w in network.warehouses[:2]), network.outlets[0].code]
    problem = line_problem(
        [0, 100, 60],
        [delivery("d", 2)],
        [truck(network.vehicles[0].code, capacity_g=network.vehicles[0].capacity_g)],
        depots=(Depot(0, ((9, 9),)), Depot(1, ((9, 9),))),
        places=tuple(Place(code, 59.0, 36.0) for code in codes),
        commodities=(network.commodities[0].code,),
    )
    days = [network.quotas[0].period_start, network.quotas[0].period_end]
    return ChangeWords(network, problem, days, locale).describe(changes)


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("code", ChangeCode)
def test_every_change_has_its_words(code: ChangeCode, locale: Locale) -> None:
    words = say(locale, Change(code, NUMBERS[code]))
    assert words
    assert "{" not in words


@pytest.mark.parametrize("locale", LOCALES)
def test_every_reason_for_none_has_its_words(locale: Locale) -> None:
    assert {f"remedy.none.{why.value}" for why in NoRemedy} <= load_catalogue(locale).keys()


def test_words_name_who_how_much_and_by_when() -> None:
    shift = Change(ChangeCode.LONGER_SHIFT, NUMBERS[ChangeCode.LONGER_SHIFT])
    network = small_network()
    name, home = network.vehicles[0].name("en"), network.warehouses[0].name("en")
    assert say("en", shift) == (
        f"{name} of {home}: begin 00:30 h earlier; {name} of {home}: 00:10 h more at the end of the day"
    )
    window = Change(ChangeCode.WIDER_WINDOW, NUMBERS[ChangeCode.WIDER_WINDOW] | {"earlier_s": 0})
    assert say("en", window).endswith("receive until 10:10 instead of 10:00")
    trucks = Change(ChangeCode.MORE_TRUCKS, NUMBERS[ChangeCode.MORE_TRUCKS])
    assert say("en", trucks) == f"more trucks for {network.warehouses[1].name('en')}, like {name}: 2"


@pytest.mark.parametrize(("locale", "named"), [("en", "extra day 1"), ("fa", "روز افزوده ۱")])
def test_a_day_after_the_period_has_a_name_wherever_it_is_spoken_of(locale: Locale, named: str) -> None:
    for code in (ChangeCode.EXTRA_DAY, ChangeCode.OTHER_DAY, ChangeCode.MORE_STOCK):
        assert named in say(locale, Change(code, NUMBERS[code] | {"day": 2}))


def test_an_extra_day_tells_for_whom() -> None:
    outlet = small_network().outlets[0].name("en")
    assert f"for {outlet}" in say("en", Change(ChangeCode.EXTRA_DAY, NUMBERS[ChangeCode.EXTRA_DAY]))


def test_amounts_of_one_kind_are_added_up() -> None:
    room = Change(ChangeCode.MORE_STORAGE, {"delivery": 0, "by_g": 1500})
    assert say("en", room, room).endswith("room for 3 kg more")


def test_without_a_change_it_fits_as_it_is() -> None:
    assert say("en") == load_catalogue("en")["remedy.nothing"]
