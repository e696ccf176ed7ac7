"""What was not lifted moves once, wholly or not at all, into stores with room, and the books say so."""

from __future__ import annotations

import csv
import datetime as dt
import io
import shutil
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy.orm import SessionTransaction

from distribution.domain.absorption import MoveReason, Unreported
from distribution.domain.dataset import Dataset
from distribution.domain.enums import Account, ApportionmentMethod, HolderKind, LedgerKind
from distribution.domain.errors import InputError, NotFoundError, StateError, UnavailableError
from distribution.domain.network import Succession
from distribution.domain.numerals import format_number
from distribution.domain.rounds import NANO_PER_PACK, LedgerEntry
from distribution.messages import LOCALES
from distribution.services.absorb import AbsorbOptions, absorb_folder, absorb_round
from distribution.services.absorption_report import MAX_SHOWN, AbsorptionReport
from distribution.services.import_dataset import import_dataset
from distribution.store.repositories.ledger import LedgerRepository
from distribution.store.tables.rounds import LedgerRow
from tests.support.kept import Books, KeptRound
from tests.support.networks import small_network
from tests.support.nouns import quota

START, END = dt.date(2024, 4, 20), dt.date(2024, 4, 26)
LAST_DAYS = AbsorbOptions(dt.date(2024, 4, 24))
Pair = tuple[str, str]


def roomy() -> Dataset:
    """Build the small network with more room in store than the quotas need, and trucks and stock for all."""
    small = small_network()
    return replace(
        small,
        outlets=tuple(
            o.model_copy(
                update={
                    "storage_dry_kg": 9000,
                    "storage_chilled_kg": 5000,
                    "storage_frozen_kg": 5000,
                    "deliveries_per_period": 3,
                }
            )
            for o in small.outlets
        ),
    )


def deadlines(network: Dataset, **days: dt.date) -> Dataset:
    """Give commodities absorption deadlines of their own."""
    return replace(
        network,
        quotas=tuple(
            q.model_copy(update={"absorption_deadline": days.get(q.commodity_code, q.absorption_deadline)})
            for q in network.quotas
        ),
    )


@pytest.fixture(scope="module")
def roomy_round(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, KeptRound]:
    """Run a round once for all tests that begin with it; return its database and what it holds."""
    place = tmp_path_factory.mktemp("roomy")
    books = Books(place)
    kept = books.run(roomy())
    books.uow.engine.dispose()
    return place / "books.db", kept


@pytest.fixture
def spring(roomy_round: tuple[Path, KeptRound], tmp_path: Path) -> Iterator[tuple[Books, KeptRound]]:
    """Return books of its own that hold the round of the roomy network."""
    database, kept = roomy_round
    shutil.copy(database, tmp_path)
    books = Books(tmp_path)
    yield books, kept
    books.uow.engine.dispose()


@pytest.fixture
def report(tmp_path: Path) -> Callable[..., Path]:
    """Write a report: rows of outlet, commodity, lifted and kept packs."""

    def write(
        rows: Iterable[tuple[object, ...]],
        header: str = "outlet_code,commodity_code,lifted_packs,kept_packs",
    ) -> Path:
        file = tmp_path / "lifted.csv"
        file.write_text("\n".join([header, *(",".join(map(str, row)) for row in rows)]) + "\n", encoding="utf-8")
        return file

    return write


def all_but(kept: KeptRound, *unlifted: Pair) -> list[tuple[object, ...]]:
    """Report that everything was lifted but these, of which nothing was."""
    return [(*pair, 0 if pair in unlifted else packs) for pair, packs in kept.allotted.items()]


def absorption_entries(books: Books) -> list[LedgerRow]:
    with books.uow.read() as tx:
        return [entry for entry in tx.ledger.entries() if entry.kind is LedgerKind.ABSORPTION]


def owe(books: Books, **nano: int) -> None:
    """Owe outlets a shortfall of rice."""
    with books.uow.write() as tx:
        tx.ledger.post(
            LedgerEntry(account=Account.SHORTFALL, holder_code=code, commodity_code="rice", amount_nano=amount)
            for code, amount in nano.items()
        )


def log_rows(books: Books, code: str, path: str) -> list[dict[str, str]]:
    with books.uow.read() as tx:
        content = tx.files.get(tx.rounds.get(code).require_id(), path).content
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))


def packs_to(result: AbsorptionReport, commodity: str = "rice") -> Counter[str | None]:
    packs: Counter[str | None] = Counter()
    for goods in result.goods:
        for move in goods.moves:
            if goods.commodity.code == commodity:
                packs[move.to_outlet] += move.packs
    return packs


def test_what_one_outlet_did_not_lift_repays_shortfalls_and_debts_first_and_the_rest_is_bonus(spring, report):
    books, kept = spring
    owe(books, O2=5 * NANO_PER_PACK // 2)
    with books.uow.read() as tx:
        debts = {code: n for (code, good), n in tx.ledger.balances(Account.ROUNDING_DEBT).items() if good == "rice"}
    result = absorb_round(books.uow, report(all_but(kept, ("O4", "rice"))), LAST_DAYS)
    rice = next(goods for goods in result.goods if goods.commodity.code == "rice")
    assert rice.released_packs == kept.allotted["O4", "rice"]
    assert rice.moves[0].to_outlet == "O2"
    assert rice.moves[0].reason is MoveReason.SHORTFALL
    assert rice.packs_by(MoveReason.SHORTFALL) == 3
    behind = {code for code, debt in debts.items() if debt > 0 and code not in {"O2", "O4"}}
    assert behind
    assert {m.to_outlet for m in rice.moves if m.reason is MoveReason.DEBT} >= behind - {"O2"}
    posted: Counter[Account] = Counter()
    for entry in absorption_entries(books):
        assert entry.commodity_code == "rice"
        posted[entry.account] += entry.amount_nano
    repaid = sum(debts[code] for code in behind | ({"O2"} if debts.get("O2", 0) > 0 else set()))
    assert posted[Account.SHORTFALL] == -5 * NANO_PER_PACK // 2
    assert posted[Account.ROUNDING_DEBT] == 0  # what is repaid to those behind is forgiven to those ahead
    assert posted[Account.BONUS] == rice.released_packs * NANO_PER_PACK - 5 * NANO_PER_PACK // 2 - repaid
    with books.uow.read() as tx:
        after = {code: n for (code, good), n in tx.ledger.balances(Account.ROUNDING_DEBT).items() if good == "rice"}
        assert not tx.ledger.balances(Account.SHORTFALL)
    assert not behind & after.keys()
    assert sum(after.values()) == 0


@pytest.mark.parametrize("locale", LOCALES)
def test_every_row_of_moves_begins_with_a_number_of_its_own(spring, report, locale):
    """A narrow terminal tears a wide row apart and repeats its first cell: that is what joins the parts again."""
    books, kept = spring
    result = absorb_round(books.uow, report(all_but(kept, ("O4", "rice"), ("O1", "eggs"))), LAST_DAYS)
    (_, goods), (_, moves) = result.tables(locale)
    assert sum(len(each.moves) for each in result.goods) > MAX_SHOWN
    assert [row[0] for row in moves[1:]] == [*(format_number(n, locale) for n in range(1, MAX_SHOWN + 1)), ""]
    assert all(len(row) == len(rows[0]) for rows in (goods, moves) for row in rows)


def test_every_move_is_in_a_file_of_the_round_and_the_allotments_stay_as_they_were(spring, report):
    books, kept = spring
    result = absorb_round(books.uow, report(all_but(kept, ("O4", "rice"), ("O1", "eggs"))), LAST_DAYS)
    assert result.path == "absorption-2024-04-24.csv"
    rows = log_rows(books, kept.code, result.path)
    moves = [(g.commodity.code, m) for g in result.goods for m in g.moves]
    assert [(r["commodity_code"], r["from_outlet"], r["to_outlet"], int(r["packs"]), r["reason"]) for r in rows] == [
        (code, m.from_outlet, m.to_outlet, m.packs, m.reason.value) for code, m in moves
    ]
    assert {(r["round_code"], r["date"]) for r in rows} == {("spring", "2024-04-24")}
    assert [int(r["order"]) for r in rows if r["commodity_code"] == "rice"] == list(
        range(1, 1 + sum(code == "rice" for code, _ in moves))
    )
    with books.uow.read() as tx:
        now = Counter({(a.outlet_code, a.commodity_code): a.packs for a in tx.rounds.allotments(kept.code)})
    assert now == kept.allotted | Counter()


def test_no_store_is_given_more_than_its_cap(books, report):
    kept = books.run(small_network())
    caps = {(a.outlet_code, a.commodity_code): a.cap_packs for a in kept.allotments}
    everyone_east = [pair for pair in kept.allotted if pair[0] in {"O3", "O4"}]
    result = absorb_round(books.uow, report(all_but(kept, *everyone_east)), LAST_DAYS)
    for goods in result.goods:
        assert goods.moves
        code = goods.commodity.code
        for outlet, packs in packs_to(result, code).items():
            lifted = 0 if (outlet, code) in everyone_east else kept.allotted[outlet, code]
            assert packs + lifted <= caps[outlet, code]
        assert goods.packs_by(MoveReason.LAPSED) == 0


def test_what_an_outlet_keeps_and_what_no_truck_brought_is_not_released(books, report):
    network = roomy()
    no_rice_truck = replace(network, stock=tuple(s for s in network.stock if s.commodity_code != "rice"))
    kept = books.run(no_rice_truck)
    waiting = {(w.outlet_code, w.commodity_code): w.packs for w in kept.waits}
    assert waiting["O4", "rice"] == kept.allotted["O4", "rice"]
    eggs = kept.allotted["O4", "eggs"]
    rows = [row for row in all_but(kept, ("O4", "rice")) if row[:2] != ("O4", "eggs")]
    result = absorb_round(books.uow, report([*rows, ("O4", "eggs", eggs - 5, 3)]), LAST_DAYS)
    moved = {goods.commodity.code: goods.released_packs for goods in result.goods}
    assert moved == {"chicken": 0, "eggs": 2, "rice": 0}


def test_a_shortfall_of_packs_that_wait_is_repaid_by_their_delivery_and_not_a_second_time(books, report):
    network = roomy()
    no_truck = replace(network, vehicles=tuple(v for v in network.vehicles if v.warehouse_code == "W2"))
    kept = books.run(replace(no_truck, stock=tuple(s for s in network.stock if s.place_code != "W2")))
    waiting = {(w.outlet_code, w.commodity_code): w.packs for w in kept.waits}
    with books.uow.read() as tx:
        owed = tx.ledger.balances(Account.SHORTFALL)
    assert any(owed.get(pair) == packs * NANO_PER_PACK for pair, packs in waiting.items())
    collects = ("O3", "rice")
    assert collects not in waiting
    result = absorb_round(books.uow, report(all_but(kept, collects)), replace(LAST_DAYS, unreported=Unreported.LIFTED))
    assert result.moved_packs == kept.allotted[collects]
    assert all(entry.account is not Account.SHORTFALL for entry in absorption_entries(books))
    assert result.packs_by(MoveReason.SHORTFALL) == 0


def test_a_second_absorption_is_refused_and_posts_nothing(spring, report):
    books, kept = spring
    file = report(all_but(kept, *kept.allotted))
    absorb_round(books.uow, file, LAST_DAYS)
    before = len(absorption_entries(books))
    with pytest.raises(StateError, match="already_absorbed"):
        absorb_round(books.uow, file, replace(LAST_DAYS, day=END))
    assert len(absorption_entries(books)) == before


def test_goods_are_absorbed_each_in_its_own_days_and_the_others_are_named(books, report):
    rice, eggs, chicken = dt.date(2024, 4, 22), dt.date(2024, 4, 25), dt.date(2024, 4, 26)
    kept = books.run(deadlines(roomy(), rice=rice, eggs=eggs, chicken=chicken))
    file = report(all_but(kept, *kept.allotted))
    first = absorb_round(books.uow, file, AbsorbOptions(dt.date(2024, 4, 22), days=3))
    assert [goods.commodity.code for goods in first.goods] == ["eggs", "rice"]
    assert [(left.commodity.code, left.because) for left in first.left_out] == [("chicken", "early")]
    second = absorb_round(books.uow, file, AbsorbOptions(dt.date(2024, 4, 23), days=3))
    assert [goods.commodity.code for goods in second.goods] == ["chicken"]
    assert [(left.commodity.code, left.because) for left in second.left_out] == [("eggs", "done"), ("rice", "past")]
    assert "2024-04-25" in second.left_out[0].sentence("en")
    assert "۱۴۰۳/۰۲/۰۶" in second.left_out[0].sentence("fa")


def test_two_logs_of_one_day_have_names_of_their_own(books, report):
    kept = books.run(deadlines(roomy(), rice=dt.date(2024, 4, 22), eggs=END, chicken=END))
    file = report(all_but(kept, *kept.allotted))
    paths = [absorb_round(books.uow, file, AbsorbOptions(dt.date(2024, 4, 22), days)).path for days in (0, 4)]
    assert paths == ["absorption-2024-04-22.csv", "absorption-2024-04-22-2.csv"]


@pytest.mark.parametrize("day", [dt.date(2024, 4, 22), dt.date(2024, 4, 27)])
def test_a_day_outside_the_last_days_is_refused_with_the_days_that_are_right(spring, report, day):
    books, kept = spring
    with pytest.raises(StateError, match="absorb_outside_days") as caught:
        absorb_round(books.uow, report(all_but(kept)), AbsorbOptions(day))
    assert "rice 2024-04-23 (1403/02/04) … 2024-04-26" in str(caught.value.params["spans"])


def test_where_everything_was_lifted_nothing_is_posted_or_kept_and_it_may_be_asked_again(spring, report):
    books, kept = spring
    for _ in range(2):
        result = absorb_round(books.uow, report(all_but(kept)), LAST_DAYS)
        assert result.path is None
        assert not result.has_moves
    assert not absorption_entries(books)


def test_what_an_outlet_leaves_out_must_be_said_unless_one_word_says_it_for_all(spring, report):
    books, kept = spring
    some = [row for row in all_but(kept) if row[0] != "O4"]
    with pytest.raises(InputError) as caught:
        absorb_round(books.uow, report(some), LAST_DAYS)
    assert [(f.code, f.where.value, f.params["count"], f.params["example"]) for f in caught.value.findings] == [
        ("lifted_missing", code, 1, "O4") for code in ("chicken", "eggs", "rice")
    ]
    lifted = absorb_round(books.uow, report(some), replace(LAST_DAYS, unreported=Unreported.LIFTED))
    assert not lifted.has_moves
    zero = absorb_round(books.uow, report(some), replace(LAST_DAYS, unreported=Unreported.ZERO))
    assert {m.from_outlet for goods in zero.goods for m in goods.moves} == {"O4"}


def test_persian_headers_and_digits_are_read(spring, report):
    books, kept = spring
    digits = str.maketrans("0123456789", "۰۱۲۳۴۵۶۷۸۹")
    rows = [(outlet, code, str(packs).translate(digits)) for outlet, code, packs in all_but(kept, ("O4", "rice"))]
    header = "کد نقطه توزيع,کد کالا,بسته بارگیری شده"
    result = absorb_round(books.uow, report(rows, header), LAST_DAYS)
    assert result.moved_packs == kept.allotted["O4", "rice"]


def test_every_mistake_of_a_report_is_told_at_once_and_nothing_is_posted(books, report):
    only_u2 = tuple(
        q.model_copy(update={"eligible_unions": ("U2",)} if q.commodity_code == "eggs" else {}) for q in roomy().quotas
    )
    kept = books.run(replace(roomy(), quotas=only_u2))
    allotted = kept.allotted["O4", "rice"]
    wrong = [
        ("O4", "rice", allotted + 1, ""),
        ("O3", "rice", 0, kept.allotted["O3", "rice"] + 1),
        ("O2", "rice", -1, ""),
        ("O2", "rice", 1, ""),
        ("O44", "rice", 1, ""),
        ("O1", "ryce", 1, ""),
        ("O0", "eggs", 1, ""),
        ("O1", "rice", "many", ""),
    ]
    with pytest.raises(InputError) as caught:
        absorb_round(books.uow, report(wrong), replace(LAST_DAYS, unreported=Unreported.LIFTED))
    assert [(f.code, f.where.row) for f in caught.value.findings] == [
        ("lifted_beyond_allotment", 2),
        ("kept_beyond_rest", 3),
        ("value_out_of_range", 4),
        ("duplicate_key", 5),
        ("lifted_outlet_unknown", 6),
        ("lifted_commodity_unknown", 7),
        ("lifted_not_allotted", 8),
        ("value_not_number", 9),
    ]
    assert caught.value.findings[4].params["suggestion"] == "O4"
    assert not absorption_entries(books)


def test_a_misspelt_code_is_told_once_and_not_again_as_an_outlet_that_is_missing(spring, report):
    books, kept = spring
    rows = [("O44" if row[:2] == ("O4", "rice") else row[0], *row[1:]) for row in all_but(kept)]
    with pytest.raises(InputError) as caught:
        absorb_round(books.uow, report(rows), LAST_DAYS)
    assert [f.code for f in caught.value.findings] == ["lifted_outlet_unknown"]


def test_a_report_that_is_not_there_or_empty_is_told(spring, report, tmp_path):
    books, _ = spring
    for file, code in ((tmp_path / "none.csv", "file_missing"), (report([], ""), "sheet_empty")):
        with pytest.raises(InputError) as caught:
            absorb_round(books.uow, file, replace(LAST_DAYS, unreported=Unreported.ZERO))
        assert [f.code for f in caught.value.findings] == [code]


def test_an_outlet_that_has_closed_gives_up_its_packs_and_takes_none(spring, report):
    network = roomy()
    books, kept = spring
    closed = replace(
        network,
        outlets=tuple(o for o in network.outlets if o.code != "O9"),
        stock=tuple(s for s in network.stock if s.place_code != "O9"),
    )
    import_dataset(books.uow, closed, "closed")
    unlifted = [("O9", "rice"), ("O4", "rice"), ("O4", "eggs")]
    result = absorb_round(books.uow, report(all_but(kept, *unlifted)), LAST_DAYS)
    assert result.moved_packs == sum(kept.allotted[pair] for pair in unlifted)
    assert packs_to(result, "eggs").keys() == {f"O{n}" for n in range(9)} - {"O4"}
    assert "O9" not in packs_to(result)
    with books.uow.read() as tx:
        assert not any(tx.ledger.totals(Account.ROUNDING_DEBT).values())


def test_a_debt_that_passed_to_an_area_is_forgiven_there_too(spring, report):
    network = roomy()
    books, kept = spring
    with books.uow.read() as tx:
        debts = {code: n for (code, good), n in tx.ledger.balances(Account.ROUNDING_DEBT).items() if good == "rice"}
    ahead = min(debts, key=debts.__getitem__)
    others = tuple(o for o in network.outlets if o.code != ahead)
    stock = tuple(s for s in network.stock if s.place_code != ahead)
    import_dataset(books.uow, replace(network, outlets=others, stock=stock), "closed")
    giver = next(code for code, _ in kept.allotted if code != ahead and debts.get(code, 0) <= 0)
    absorb_round(books.uow, report(all_but(kept, (giver, "rice"))), LAST_DAYS)
    with books.uow.read() as tx:
        left = tx.ledger.balances(Account.ROUNDING_DEBT, holder_kind=HolderKind.AREA)
        assert not any(tx.ledger.totals(Account.ROUNDING_DEBT).values())
    assert all(amount > debts[ahead] for (_, good), amount in left.items() if good == "rice")


def test_the_packs_of_an_outlet_that_passed_to_a_successor_stay_with_it(spring, report):
    network = roomy()
    books, kept = spring
    merged = replace(
        network,
        outlets=tuple(o for o in network.outlets if o.code != "O9"),
        successions=(Succession(sheet="outlets", old_code="O9", new_code="O8"),),
    )
    import_dataset(books.uow, merged, "merged")
    rows = [row for row in all_but(kept, ("O4", "rice")) if row[0] != "O9"]
    result = absorb_round(books.uow, report(rows), LAST_DAYS)
    assert {m.from_outlet for goods in result.goods for m in goods.moves} == {"O4"}


def test_an_earlier_round_is_absorbed_by_its_code(books, report):
    network = roomy()
    second = tuple(
        quota("next", q.commodity_code, "1", START + dt.timedelta(7), END + dt.timedelta(7)) for q in network.quotas
    )
    both = replace(network, quotas=tuple(sorted((*network.quotas, *second), key=lambda q: q.code)))
    kept = books.run(both)
    books.run(both)
    options = replace(LAST_DAYS, round_code="spring")
    result = absorb_round(books.uow, report(all_but(kept, ("O4", "rice"))), options)
    assert result.round_code == "spring"
    assert result.moved_packs == kept.allotted["O4", "rice"]
    with pytest.raises(NotFoundError, match="round_unknown"):
        absorb_round(books.uow, report([]), replace(LAST_DAYS, round_code="summer"))


def test_a_one_off_method_leaves_the_debts_of_recurring_rounds_alone(books, report):
    network = roomy()
    webster = tuple(q.model_copy(update={"method": ApportionmentMethod.WEBSTER}) for q in network.quotas)
    kept = books.run(replace(network, quotas=webster))
    with books.uow.write() as tx:
        tx.ledger.post(
            LedgerEntry(account=Account.ROUNDING_DEBT, holder_code=code, commodity_code="rice", amount_nano=amount)
            for code, amount in (("O1", 10**8), ("O2", -(10**8)))
        )
    result = absorb_round(books.uow, report(all_but(kept, ("O4", "rice"))), LAST_DAYS)
    assert result.packs_by(MoveReason.DEBT) == 0
    assert {entry.account for entry in absorption_entries(books)} == {Account.BONUS}


def test_the_round_after_an_absorption_starts_from_debts_that_sum_to_zero_and_ends_below_one_pack(spring, report):
    books, kept = spring
    absorb_round(books.uow, report(all_but(kept, ("O4", "rice"), ("O1", "eggs"), ("O6", "chicken"))), LAST_DAYS)
    week = dt.timedelta(7)
    quotas = tuple(quota("next", code, "1.007", START + week, END + week) for code in ("chicken", "eggs", "rice"))
    books.run(replace(roomy(), quotas=quotas))
    with books.uow.read() as tx:
        debts = tx.ledger.balances(Account.ROUNDING_DEBT)
        assert not any(tx.ledger.totals(Account.ROUNDING_DEBT).values())
    assert debts
    assert all(abs(debt) < NANO_PER_PACK for debt in debts.values())


def test_without_a_round_or_a_run_there_is_nothing_to_absorb(books, report, tmp_path):
    with pytest.raises(StateError, match="absorb_no_round"):
        absorb_round(books.uow, report([]), LAST_DAYS)
    (tmp_path / "empty").mkdir()
    with pytest.raises(StateError, match="absorb_no_run"):
        absorb_folder(tmp_path / "empty", report([]), LAST_DAYS)


@pytest.fixture
def folder(roomy_round: tuple[Path, KeptRound], tmp_path: Path) -> tuple[Path, KeptRound]:
    """Return the folder of a run, and the round in it."""
    database, kept = roomy_round
    place = tmp_path / "run"
    place.mkdir()
    shutil.copy(database, place / "taavon.db")
    return place, kept


def test_the_log_stands_in_the_folder_as_it_is_kept(folder, report):
    place, kept = folder
    result = absorb_folder(place, report(all_but(kept, ("O4", "rice"))), LAST_DAYS)
    assert result.path is not None
    assert {f.name for f in place.iterdir()} == {"taavon.db", result.path}
    rows = list(csv.DictReader(io.StringIO((place / result.path).read_text(encoding="utf-8-sig"))))
    assert sum(int(row["packs"]) for row in rows) == kept.allotted["O4", "rice"]


@pytest.mark.parametrize(
    ("owner", "step"), [(Path, "write_bytes"), (LedgerRepository, "post"), (SessionTransaction, "commit")]
)
def test_if_anything_fails_neither_the_books_nor_the_folder_change(folder, report, monkeypatch, owner, step):
    place, kept = folder
    file = report(all_but(kept, ("O4", "rice")))

    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(owner, step, full)
        with pytest.raises(UnavailableError, match="out_unusable"):
            absorb_folder(place, file, LAST_DAYS)
    assert {f.name for f in place.iterdir()} == {"taavon.db"}
    assert absorb_folder(place, file, LAST_DAYS).moved_packs == kept.allotted["O4", "rice"]
