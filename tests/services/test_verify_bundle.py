"""A frozen round is computed anew from itself: what was run holds, and no forgery does."""

import csv
import io
import json
import random
import re
import zipfile
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pypdfium2
import pytest

from distribution.allocation.bundle import Bundle, group_root, read_bundle
from distribution.domain.dataset import TravelMatrix
from distribution.domain.enums import Account
from distribution.domain.errors import InputError
from distribution.services.bundle_accounts import AccountsError, dump_accounts, load_accounts
from distribution.services.bundle_chain import check_chain
from distribution.services.bundle_input import load_input
from distribution.services.bundle_round import MATRIX, bundle_round
from distribution.services.compute_round import RoundStart, conclude_round, demand_of, share_round
from distribution.services.plan_deliveries import SearchOptions, plan_demand, search_plan
from distribution.services.progress import SilentReporter
from distribution.services.recompute_bundle import recompute_bundle
from distribution.services.verify_bundle import BundleCheck, BundleRequest, verify_bundle
from optimizer.plan import Limits
from tests.support.bundles import flip, is_refused, reforge, swap
from tests.support.kept import Books, KeptRound
from tests.support.networks import small_network, two_equal_outlets
from tests.support.rounds import two_rounds


@pytest.fixture(scope="module")
def rounds(tmp_path_factory) -> tuple[KeptRound, KeptRound]:
    """Run two rounds of one network, one after the other, with few trucks so that something waits."""
    small = two_rounds()
    few = replace(small, vehicles=tuple(v.model_copy(update={"trips_per_day": 1}) for v in small.vehicles[:2]))
    books = Books(tmp_path_factory.mktemp("books"))
    first, second = books.run(few), books.run(few)
    books.uow.engine.dispose()
    return first, second


@pytest.fixture(scope="module")
def first(rounds) -> Bundle:
    return read_bundle(rounds[0].files["bundle.zip"])


@pytest.fixture(scope="module")
def second(rounds) -> Bundle:
    return read_bundle(rounds[1].files["bundle.zip"])


@pytest.fixture
def verify(tmp_path):
    """Verify a bundle as a file."""

    def check(bundle: Bundle | bytes, previous: Bundle | None = None, locale="en", **options) -> BundleCheck:
        path = tmp_path / "bundle.zip"
        path.write_bytes(bundle if isinstance(bundle, bytes) else bundle.to_zip())
        if previous is not None:
            (tmp_path / "previous.zip").write_bytes(previous.to_zip())
            options["previous"] = tmp_path / "previous.zip"
        return verify_bundle(BundleRequest(path, **options), locale)

    return check


def codes_of(bundle: Bundle) -> set[str]:
    return {fault.code for fault in recompute_bundle(bundle, "en").faults}


# What was run holds


def test_a_round_that_was_run_holds_with_its_hash_and_solved_again(verify, first):
    check = verify(first, expect=first.root, resolve=True)
    assert check.faults == ()
    assert (check.root, check.round_code, check.previous) == (first.root, "spring", None)
    assert check.policy == "plain shares by people and need (default)"
    assert (check.allotments, check.trips) == (30, len(json.loads(first.entries["plan.json"])["plan"]["trips"]))
    assert "byte for byte" in "".join(check.notes)


def test_the_next_round_holds_and_follows_from_the_one_before(verify, first, second):
    assert second.manifest.previous == first.root
    assert json.loads(second.entries["accounts.json"])["accounts"]["waiting"]
    check = verify(second, first, expect=group_root(second.root, 16))
    assert (check.faults, check.notes, check.previous) == ((), (), first.root)


def test_a_round_on_measured_roads_holds_without_a_matrix_of_estimates(verify, tmp_path):
    small = small_network()
    codes = tuple(sorted(small.outlet_by_code.keys() | small.warehouse_by_code.keys()))
    metres = np.random.default_rng(1).integers(2_000, 60_000, (len(codes), len(codes)), dtype=np.int32)
    np.fill_diagonal(metres, 0)
    books = Books(tmp_path)
    measured = replace(small, travel=TravelMatrix(codes, metres, metres // 12))
    bundle = read_bundle(books.run(measured).files["bundle.zip"])
    books.uow.engine.dispose()
    assert MATRIX not in bundle.entries
    assert "input/travel.csv" in bundle.entries
    assert verify(bundle, expect=bundle.root).faults == ()
    plan = json.loads(bundle.entries["plan.json"])
    origin, to, road, _ = plan["travel"][0]
    names = [place["name"] for place in plan["problem"]["places"]]
    leg = f"{names[origin]},{names[to]}"
    assert "plan_wrong" in codes_of(swap(bundle, "input/travel.csv", f"{leg},{road},", f"{leg},{road - 1},"))


def test_a_network_too_large_for_a_kept_matrix_is_estimated_anew(verify, tmp_path, monkeypatch):
    for module in ("bundle_round", "recompute_bundle"):
        monkeypatch.setattr(f"distribution.services.{module}.MAX_FROZEN_PLACES", 2)
    books = Books(tmp_path)
    bundle = read_bundle(books.run(two_equal_outlets()).files["bundle.zip"])
    books.uow.engine.dispose()
    assert MATRIX not in bundle.entries
    assert verify(bundle).faults == ()


def test_the_files_beside_a_bundle_are_those_in_it(rounds, first):
    kept = rounds[0].files
    beside = first.entries.keys() & kept.keys()
    assert {"allotments.csv", "certificates.jsonl", "plan.json", "summary.json", "unserved.csv"} <= beside
    assert {name: kept[name] for name in beside} == {name: first.entries[name] for name in beside}


def test_what_a_bundle_holds_of_the_input_reads_back_to_the_network(first):
    dataset = load_input(first.entries).dataset
    assert dataset is not None
    assert dataset.outlets == small_network().outlets
    assert dataset.quotas == two_rounds().quotas


def test_the_books_of_a_bundle_are_those_of_the_store(tmp_path):
    books = Books(tmp_path)
    bundle = read_bundle(books.run(small_network()).files["bundle.zip"])
    posted = {
        (row["account"], row["holder_code"], row["commodity_code"], int(row["amount_nano"]))
        for row in csv.DictReader(io.StringIO(bundle.entries["postings.csv"].decode("utf-8-sig")))
    }
    with books.uow.read() as tx:
        kept = {(e.account.value, e.holder_code, e.commodity_code, e.amount_nano) for e in tx.ledger.entries()}
        found = tx.rounds.get("spring")
    books.uow.engine.dispose()
    assert posted == kept
    assert found.parameters["bundle_sha256"] == bundle.root
    assert found.parameters["previous_bundle_sha256"] is None


def test_the_hash_stands_on_every_publication_and_not_in_the_figures(rounds, first):
    files, root = rounds[0].files, group_root(first.root)
    assert first.root not in files["summary.json"].decode()
    assert root in files["map.html"].decode()
    with zipfile.ZipFile(io.BytesIO(files["allotments.xlsx"])) as book:
        assert root in book.read("xl/sharedStrings.xml").decode()
    crews = [content for name, content in files.items() if name.startswith("crew/")]
    assert crews
    for crew in crews:
        with zipfile.ZipFile(io.BytesIO(crew)) as pack:
            (waybill,) = (pack.read(name) for name in pack.namelist() if name.endswith(".pdf"))
        assert_every_page_shows(waybill, root)
    assert_every_page_shows(files["release_orders.pdf"], root)


def assert_every_page_shows(pdf: bytes, root: str) -> None:
    """Look for the digits where they stand: in which order a reader hands out Latin in a Persian line is its guess."""
    document = pypdfium2.PdfDocument(pdf)
    for page in document:
        text = page.get_textpage()
        letters = [(text.get_text_range(i, 1), text.get_charbox(i, loose=True)) for i in range(text.count_chars())]
        ordered = sorted((round(bottom), left, char) for char, (left, bottom, _, _) in letters)
        assert root.replace(" ", "") in "".join(char for *_, char in ordered if char in "0123456789abcdef")
        text.close()
        page.close()
    document.close()


# Every flipped bit


def test_every_flipped_bit_of_the_headers_and_one_of_every_other_byte_is_noticed(tmp_path):
    books = Books(tmp_path)
    data = books.run(two_equal_outlets()).files["bundle.zip"]
    books.uow.engine.dispose()
    assert not is_refused(data)
    chance = random.Random(1)
    content = set(content_bytes(data))
    bits = [bit for bit in range(8 * len(data)) if bit // 8 not in content]
    bits += [8 * byte + chance.randrange(8) for byte in content]
    assert len(bits) > len(data)
    assert [bit for bit in bits if not is_refused(flip(data, bit))] == []


def content_bytes(data: bytes) -> Iterator[int]:
    """Yield the places of the bytes that are content of an entry, not a header."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        for info in archive.infolist():
            start = info.header_offset + 30 + len(info.filename)
            yield from range(start, start + info.file_size)


def test_a_flipped_bit_of_a_larger_round_is_noticed_wherever_it_is(verify, first):
    data = first.to_zip()
    chance = random.Random(1)
    assert [
        bit for bit in (8 * i + chance.randrange(8) for i in range(0, len(data), 37)) if not is_refused(flip(data, bit))
    ] == []
    check = verify(flip(data, 8 * (len(data) // 2)))
    assert (check.root, len(check.faults)) == ("", 1)
    assert "not as it was frozen" in check.faults[0]


# Forgeries whose hashes have all been made right again


def move_packs(bundle: Bundle) -> Bundle:
    """Take a pack of rice from one outlet and give it to another."""
    lines = bundle.entries["allotments.csv"].decode("utf-8-sig").splitlines()
    header, rows = lines[0].split(","), [line.split(",") for line in lines[1:]]
    packs, commodity = header.index("packs"), header.index("commodity_code")
    one, other = [row for row in rows if row[commodity] == "rice"][:2]
    one[packs], other[packs] = str(int(one[packs]) - 1), str(int(other[packs]) + 1)
    text = "".join(",".join(line) + "\r\n" for line in [header, *rows])
    assert len(text.encode("utf-8-sig")) == len(bundle.entries["allotments.csv"])
    return reforge(bundle, {"allotments.csv": text.encode("utf-8-sig")})


def edit_plan(bundle: Bundle, change) -> Bundle:
    plan = json.loads(bundle.entries["plan.json"])
    change(plan)
    text = json.dumps(plan, ensure_ascii=False, sort_keys=True, separators=(",", ":")) + "\n"
    return reforge(bundle, {"plan.json": text.encode()})


def raise_stock(plan) -> None:
    plan["problem"]["depots"][0]["stock"] = [[p + 500 for p in row] for row in plan["problem"]["depots"][0]["stock"]]


def one_more_truck(plan) -> None:
    plan["problem"]["vehicle_types"][0]["count"] += 1


def leave_out_a_stop(plan) -> None:
    plan["plan"]["trips"][0]["stops"].pop()


def no_such_truck(plan) -> None:
    plan["plan"]["trips"][0]["vehicle"] = 99


def shorten_a_road(plan) -> None:
    plan["travel"][0][2] -= 1


def raise_a_cost(plan) -> None:
    plan["plan"]["scaled_cost"] += 1


def rename_round(plan) -> None:
    plan["header"]["round"] = "other"


@pytest.mark.parametrize(
    "change", [raise_stock, one_more_truck, leave_out_a_stop, no_such_truck, shorten_a_road, raise_a_cost, rename_round]
)
def test_a_plan_that_does_not_follow_from_the_input_does_not_hold(first, change):
    assert codes_of(edit_plan(first, change))


def test_shares_are_compared_even_beside_a_plan_that_is_wrong(first):
    both = edit_plan(move_packs(first), leave_out_a_stop)
    assert {"plan_wrong", "line_differs"} <= codes_of(both)


def test_a_stock_that_was_raised_in_the_plan_is_named_with_its_place(verify, first):
    check = verify(edit_plan(first, raise_stock))
    assert any("problem.depots[0].stock" in fault for fault in check.faults)


def test_packs_moved_between_two_outlets_are_noticed_by_sums_and_by_computation(verify, first):
    forged = move_packs(first)
    assert {"line_differs", "delivery_lost", "certificate_apart"} <= codes_of(forged)
    assert not verify(first).faults
    assert any("allotments.csv, line" in fault for fault in verify(forged).faults)


def first_debt(bundle: Bundle) -> str:
    return next(
        row["amount_nano"]
        for row in csv.DictReader(io.StringIO(bundle.entries["postings.csv"].decode("utf-8-sig")))
        if row["account"] == Account.ROUNDING_DEBT
    )


def test_a_debt_that_was_changed_is_noticed(first):
    debt = first_debt(first)
    assert codes_of(swap(first, "postings.csv", debt, str(int(debt) + 1))) == {"line_differs"}


def test_an_opening_debt_that_was_changed_is_noticed(second):
    opening = json.loads(second.entries["accounts.json"])
    opening["accounts"]["rounding_debt"][0][2] += 250_000_000
    text = json.dumps(opening, ensure_ascii=False, sort_keys=True, indent=1) + "\n"
    assert codes_of(reforge(second, {"accounts.json": text.encode()}))


@pytest.mark.parametrize(
    ("entry", "old", "new"),
    [
        ("input/outlets.csv", ",5000,", ",5001,"),
        ("input/areas.csv", "30000", "30001"),
        ("input/stock.csv", "W1,rice,620", "W1,rice,621"),
        ("input/commodities.csv", "880000", "880001"),
        ("input/settings.csv", "speed_kmh,50", "speed_kmh,51"),
        ("goods.csv", "rice,12", "rice,13"),
        ("certificates.jsonl", '"packs":', '"packs":1'),
        ("summary.json", '"gini": 0.', '"gini": 0.1'),
        ("summary.json", '"outlets": 10', '"outlets":  10'),
        ("waiting.csv", "outlet_code", "outletcode"),
        ("unserved.csv", "outlet_code", "outletcode"),
    ],
)
def test_any_figure_that_was_changed_is_noticed(first, entry, old, new):
    assert codes_of(swap(first, entry, old, new))


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"seed": 2}, "seed_apart"),
        ({"iterations": None, "seconds": "30"}, "stop_rule_apart"),
        ({"policy_code": "none-such"}, "shares_refused"),
        ({"round_code": "none-such"}, "round_unknown"),
        ({"dataset_version": 2}, "entry_differs"),
    ],
)
def test_a_manifest_that_does_not_fit_is_noticed(first, change, code):
    assert code in codes_of(reforge(first, **change))


@pytest.mark.parametrize(
    ("entries", "code"),
    [
        ({"letter.txt": b"trust me"}, "entry_unknown"),
        ({"input/letter.csv": b"trust,me\r\n"}, "line_differs"),
        ({"waiting.csv": None}, "entry_missing"),
        ({"input/outlets.csv": None}, "input_rejected"),
        ({"input/stock.csv": b"\xff"}, "input_rejected"),
        ({"accounts.json": b"{}"}, "accounts_wrong"),
        ({"accounts.json": b"[" * 100_000}, "accounts_wrong"),
        ({"plan.json": b"{}"}, "plan_malformed"),
        ({MATRIX: None}, "entry_missing"),
        ({MATRIX: bytes(4)}, "matrix_wrong"),
    ],
)
def test_what_is_missing_broken_or_does_not_belong_is_named(first, entries, code):
    assert code in codes_of(reforge(first, entries))


@pytest.mark.parametrize(
    "line",
    [
        {"outlet_code": "none-such", "commodity_code": "rice", "packs": 3, "waiting_since": "2024-01-01"},
        {"outlet_code": "O1", "commodity_code": "none-such", "packs": 3, "waiting_since": "2024-01-01"},
        {"outlet_code": "O1", "commodity_code": "rice", "packs": 10**30, "waiting_since": "2024-01-01"},
        {"outlet_code": "O1", "commodity_code": "rice", "packs": 0, "waiting_since": "2024-01-01"},
    ],
)
def test_accounts_that_no_run_could_leave_are_a_fault_and_no_crash(first, line):
    opening = json.loads(first.entries["accounts.json"])
    opening["accounts"]["waiting"].append(line)
    assert codes_of(reforge(first, {"accounts.json": json.dumps(opening, indent=1).encode()}))


def no_collections(plan) -> None:
    del plan["header"]["collections"]


def odd_collections(plan) -> None:
    plan["header"]["collections"] = [{"outlet": "O3", "packs": []}]


def huge_load(plan) -> None:
    plan["problem"]["deliveries"][0]["packs"] = [2**62, 2**62, 2**62]


@pytest.mark.parametrize("change", [no_collections, odd_collections, huge_load])
def test_a_plan_that_no_run_could_leave_is_a_fault_and_no_crash(first, change):
    assert codes_of(edit_plan(first, change))


def test_another_matrix_than_that_of_the_positions_is_noticed(first):
    metres = bytearray(first.entries[MATRIX])
    metres[1] ^= 1  # 256 m
    assert "matrix_wrong" in codes_of(reforge(first, {MATRIX: bytes(metres)}))


def test_input_in_another_hand_is_noticed_even_if_it_says_the_same(first):
    text = first.entries["input/areas.csv"].decode("utf-8-sig")
    assert codes_of(reforge(first, {"input/areas.csv": text.encode()})) == {"line_differs"}


# A forgery that is right in itself: computed anew from another opening


@pytest.fixture(scope="module")
def consistent_forgery(second) -> Bundle:
    """Compute the second round anew, on ten tonnes of rice that the first did not leave."""
    done = recompute_bundle(second, "en")
    assert done.start is not None
    accounts = replace(done.start.accounts, carried_g=dict(done.start.accounts.carried_g) | {"rice": 10**6})
    start = replace(done.start, accounts=accounts)
    allocation = share_round(start)
    search = SearchOptions(Limits(iterations=second.manifest.iterations), second.manifest.seed)
    deliveries = plan_demand(demand_of(start, allocation), search, SilentReporter())
    outcome = conclude_round(start, allocation, deliveries)
    return bundle_round(start, search, outcome, second.manifest.previous)


def test_a_forgery_that_is_right_in_itself_fails_by_the_hash_on_paper(verify, second, consistent_forgery):
    assert verify(consistent_forgery).faults == ()
    check = verify(consistent_forgery, expect=second.root)
    assert len(check.faults) == 1
    assert consistent_forgery.root in check.faults[0]
    assert second.root in check.faults[0]


def test_a_forgery_that_is_right_in_itself_fails_by_the_round_before(verify, first, consistent_forgery):
    (fault,) = verify(consistent_forgery, first).faults
    assert "rice" in fault
    assert "1000000" in fault


def test_another_round_before_fails(verify, first, second):
    other = reforge(first, previous="0" * 64)
    (fault,) = verify(second, other).faults
    assert other.root in fault
    forged = reforge(second, previous=other.root)
    assert verify(forged, first).faults
    assert verify(forged, expect=second.root).faults


def test_balances_that_moved_between_two_rounds_are_noted(first, second):
    opening = json.loads(second.entries["accounts.json"])
    opening["accounts"]["rounding_debt"][0][2] += 1
    check = check_chain(first, reforge(second, {"accounts.json": json.dumps(opening).encode()}))
    assert check.faults == []
    assert [(note.code, note.params) for note in check.notes] == [
        ("balances_moved", {"account": "rounding_debt", "count": 1})
    ]


def test_a_round_before_that_is_damaged_is_told(verify, first, second, tmp_path):
    damaged = tmp_path / "damaged.zip"
    damaged.write_bytes(flip(first.to_zip(), 4000))
    bundle = tmp_path / "second.zip"
    bundle.write_bytes(second.to_zip())
    (fault,) = verify_bundle(BundleRequest(bundle, previous=damaged), "en").faults
    assert "round before is damaged" in fault
    hollow = reforge(first, {"accounts.json": b"{}"})
    assert [f.code for f in check_chain(hollow, reforge(second, previous=hollow.root)).faults] == [
        "previous_unreadable"
    ]


# What cannot be checked is said


@pytest.mark.parametrize("change", [{"seconds": "30"}, {"seconds": "30", "iterations": 2}])
def test_a_search_bound_by_time_is_not_solved_again_and_that_is_said(verify, first, change):
    plan = json.loads(first.entries["plan.json"])
    bound = reforge(first, **change)
    check = verify(bound, resolve=True)
    assert plan["plan"]["status"] == "iteration_limit"
    assert check.faults == ()
    assert any("bound by time" in note for note in check.notes)


def test_other_versions_than_those_here_are_noted(verify, first):
    check = verify(reforge(first, versions={**first.manifest.versions, "ortools": "9.14"}))
    assert check.faults == ()
    assert any("ortools 9.14" in note for note in check.notes)


def test_a_plan_that_another_search_found_is_not_the_one_solved_again(verify, first, monkeypatch):
    def search_elsewhere(problem, options, reporter):
        return replace(search_plan(problem, options, reporter), iterations=1)

    monkeypatch.setattr("distribution.services.verify_bundle.search_plan", search_elsewhere)
    (fault,) = verify(first, resolve=True).faults
    assert "is another one" in fault


@pytest.mark.parametrize(
    ("content", "options", "code"),
    [
        (b"no zip", {}, "bundle_no_zip"),
        (b"", {}, "bundle_no_zip"),
        (None, {}, "file_missing"),
        (b"PK", {"expect": "abc"}, "root_malformed"),
    ],
)
def test_what_is_no_bundle_at_all_is_told_as_input(tmp_path, content, options, code):
    path = tmp_path / "bundle.zip"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(InputError) as told:
        verify_bundle(BundleRequest(path, **options), "en")
    assert [finding.code for finding in told.value.findings] == [code]


def test_a_file_that_is_too_large_is_refused_unread(tmp_path, monkeypatch):
    monkeypatch.setattr("distribution.services.verify_bundle.MAX_BUNDLE_BYTES", 1)
    path = tmp_path / "bundle.zip"
    path.write_bytes(b"PK")
    with pytest.raises(InputError) as told:
        verify_bundle(BundleRequest(path), "en")
    assert told.value.findings[0].code == "bundle_too_large"


def test_faults_are_told_in_persian(verify, first):
    check = verify(move_packs(first), locale="fa", expect="0" * 64)
    assert len(check.faults) > 2
    assert all(re.search("[\u0600-\u06ff]", fault) for fault in check.faults)


# The opening books


def test_opening_books_read_back_equal():
    start = RoundStart(small_network(), 1, "spring", stock_taken={("W1", "rice", None): 3})
    start = replace(
        start,
        accounts=replace(start.accounts, rounding_debt={("O1", "rice"): -5}, carried_g={"rice": 7}),
    )
    books = load_accounts(dump_accounts(start))
    assert (books.accounts, books.stock_taken, books.parked) == (start.accounts, start.stock_taken, start.parked)


@pytest.mark.parametrize(
    "old_new", [(": 7", ": 7.0"), ("-5", '"-5"'), (": 7", ": true"), ('"rice": 7', '"rice": null')]
)
def test_an_amount_that_is_no_whole_number_is_refused(old_new):
    start = RoundStart(small_network(), 1, "spring")
    start = replace(start, accounts=replace(start.accounts, rounding_debt={("O1", "rice"): -5}, carried_g={"rice": 7}))
    text = dump_accounts(start).decode()
    assert old_new[0] in text
    with pytest.raises(AccountsError):
        load_accounts(text.replace(*old_new).encode())
