"""What is told of deliveries beside packs: weights, photos, QR texts; and what follows: losses, and goods that come back."""

from __future__ import annotations

from urllib.parse import quote

import pytest
from httpx2 import Response
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from distribution.services.audit import check_audit
from distribution.services.receipts import load_warehouses
from tests.support.round_steps import Line, act, drops_of, kept, send
from tests.support.service import Service

PHOTO = b"\xff\xd8\xff signed"


def weighed(line: Line, shipped: int, arrived: int, accepted: int, **changes: object) -> Line:
    return line | {"shipped_g": shipped, "arrived_g": arrived, "accepted_g": accepted, **changes}


def losses(service: Service, by: str, name: str = "planner") -> dict[str, Line]:
    items = service.clients[name].get(f"/v1/rounds/spring/losses?by={by}").json()["items"]
    for one in items:
        assert one["shipped_g"] == one["accepted_g"] + one["returned_g"] + one["lost_g"]
    return {one["code"]: one for one in items}


def test_weights_differ_only_with_a_reason_whichever_way_they_come(on_the_way: Service) -> None:
    lines = drops_of(on_the_way)
    wrong = [
        weighed(lines[0], 10_000, 10_000, 9_999),
        weighed(lines[1], 10_000, 9_000, 9_500, reason="short_weight"),
        weighed(lines[2], 10_000, 10_000, 10_000, reason="short_weight"),
        lines[3] | {"shipped_g": 10_000},
    ]
    told = [(f["code"], f["row"]) for f in send(on_the_way, wrong).json()["findings"]]
    assert told == [
        ("receipt_weight_without_reason", 1), ("receipt_weight_beyond", 2), ("receipt_needs_no_reason", 3),
        ("receipt_weights_half", 4),
    ]  # fmt: skip
    assert kept(on_the_way) == []
    good = [weighed(lines[0], 10_000, 9_990, 9_990, reason="short_weight"), weighed(lines[1], 5_000, 5_000, 5_000)]
    assert send(on_the_way, good).json()["new"] == 2
    assert send(on_the_way, good).json() | {"open": 0} == {"new": 0, "known": 2, "open": 0}
    assert send(on_the_way, [good[0] | {"arrived_g": 9_991}]).json()["findings"][0]["code"] == "receipt_differs"
    for change in ("accepted_g = 9000", "reason = NULL WHERE accepted_g = 9990", "shipped_g = NULL", "arrived_g = 1"):
        with pytest.raises(IntegrityError), on_the_way.uow.engine.begin() as connection:
            connection.execute(text(f"UPDATE receipt SET {change}"))


def test_the_loss_account_balances_to_the_gram_by_carrier_truck_leg_and_commodity(on_the_way: Service) -> None:
    lines = drops_of(on_the_way)
    big = [n for n, line in enumerate(lines) if line["planned_packs"] > 3]
    lines[big[0]] = weighed(lines[big[0]], 30_000, 29_000, 28_500, reason="short_weight")
    lines[big[1]] |= {"accepted_packs": lines[big[1]]["planned_packs"] - 3, "rejected_packs": 1, "reason": "damaged"}
    lines[big[2]] |= {"accepted_packs": 0, "reason": "closed"}
    assert send(on_the_way, lines).status_code == 200
    accounts = {by: losses(on_the_way, by) for by in ("carrier", "truck", "leg", "commodity")}
    sums = {
        by: [sum(one[name] for one in account.values())
             for name in ("shipped_g", "accepted_g", "returned_g", "lost_g", "receipts", "weighed")]
        for by, account in accounts.items()
    }  # fmt: skip
    assert len({tuple(one) for one in sums.values()}) == 1
    pack_g = {g["code"]: g["pack_g"] for g in on_the_way.planner.get("/v1/rounds/spring/goods").json()["items"]}
    two, closed = lines[big[1]], lines[big[2]]
    assert (
        sums["truck"][2]
        == 500 + pack_g[two["commodity_code"]] + closed["planned_packs"] * pack_g[closed["commodity_code"]]
    )
    assert sums["truck"][3] == 1_000 + 2 * pack_g[two["commodity_code"]]
    assert sums["truck"][4:] == [len(lines), 1]
    assert accounts["carrier"].keys() == {""}
    assert all(">" in code for code in accounts["leg"])
    own = losses(on_the_way, "leg", "union_2")
    assert {code.partition(">")[2] for code in own} == {"O2", "O5", "O8"}
    assert all(accounts["leg"][code] == line for code, line in own.items())


@pytest.mark.parametrize(("reason", "accepted", "rejected", "back"), [
    ("closed", 0, 0, 4), ("no_room", 1, 1, 3), ("refused", 2, 2, 2), ("damaged", 2, 2, 0), ("short", 3, 0, 0),
    ("wrong_goods", 2, 1, 1), ("other", 3, 1, 1), ("short_weight", 4, 0, 0),
])  # fmt: skip
def test_what_trucks_bring_back_is_stock_of_their_warehouse_again(
    on_the_way: Service, reason: str, accepted: int, rejected: int, back: int
) -> None:
    lines = drops_of(on_the_way)
    index = next(n for n, line in enumerate(lines) if line["planned_packs"] >= 4)
    planned = lines[index]["planned_packs"]
    lines[index] |= {"accepted_packs": planned - 4 + accepted, "rejected_packs": rejected, "reason": reason}
    if accepted == 4:
        lines[index] = weighed(lines[index], 10, 9, 9)
    assert send(on_the_way, lines).status_code == 200
    with on_the_way.uow.read() as tx:
        before = tx.stock_use.since_counted()
        trips = load_warehouses(tx, tx.rounds.get("spring"))
    assert act(on_the_way.planner, "close").status_code == 200
    with on_the_way.uow.read() as tx:
        after = tx.stock_use.since_counted()
    warehouse = trips[lines[index]["day"], lines[index]["truck"], lines[index]["trip"]]
    less = {key: before[key] - after[key] for key in before if before[key] != after[key]}
    assert sum(less.values()) == back
    assert {key[:2] for key in less} == ({(warehouse, lines[index]["commodity_code"])} if back else set())


def say(service: Service, body: str, name: str = "field") -> Response:
    return service.clients[name].post(
        "/v1/rounds/spring/receipt-texts", content=body.encode(), headers={"Content-Type": "text/plain; charset=utf-8"}
    )


def halts(service: Service) -> dict[str, list[Line]]:
    """The drops of each halt by the first line of its QR code."""
    found: dict[str, list[Line]] = {}
    for line in drops_of(service):
        day = line["day"].replace("-", "")
        found.setdefault(f"spring/{day}/{line['truck']}/{line['trip']}/{line['outlet_code']}", []).append(line)
    return found


def test_the_text_of_a_qr_code_is_a_receipt(on_the_way: Service) -> None:
    head, drops = next((h, d) for h, d in halts(on_the_way).items() if len(d) > 1 and d[0]["planned_packs"] > 3)
    whole = "\n".join([head, *(f"{d['commodity_code']}={d['planned_packs']}" for d in drops), "geo:36.0,59.0"])
    first = drops[0]["planned_packs"]
    changed = whole.replace(f"={first}\n", f"={first - 2}-1 آسیب‌دیده\n", 1) + "\nby=Sara\n"
    assert say(on_the_way, whole, "approver").status_code == 403
    for wrong, row in (
        (whole.replace(f"={first}\n", f"={first - 1}\n", 1), 2),
        ("\n\n" + changed.replace("آسیب‌دیده", "eaten"), 4),
        (whole.replace(head, head.replace("/O", "/X")), 2),
        ("what?\n" + whole, 1),
        (whole.partition("\n")[2], 1),
    ):
        refused = say(on_the_way, wrong)
        assert refused.status_code == 422, wrong
        assert min(f["row"] for f in refused.json()["findings"]) == row, refused.text
    assert kept(on_the_way) == []
    assert say(on_the_way, changed.translate(str.maketrans("0123456789", "۰۱۲۳۴۵۶۷۸۹"))).json()["new"] == len(drops)
    assert say(on_the_way, changed).json() | {"open": 0} == {"new": 0, "known": len(drops), "open": 0}
    one = next(r for r in kept(on_the_way) if r["commodity_code"] == drops[0]["commodity_code"])
    assert (one["accepted_packs"], one["rejected_packs"], one["reason"], one["receiver"]) == (
        first - 2, 1, "damaged", "Sara"
    )  # fmt: skip
    rest = "\n".join(
        "\n".join([h, *(f"{d['commodity_code']}={d['planned_packs']}" for d in ds)])
        for h, ds in halts(on_the_way).items() if h != head
    )  # fmt: skip
    assert say(on_the_way, rest).json()["open"] == 0
    assert say(on_the_way, "").status_code == 422
    assert on_the_way.planner.post("/v1/rounds/spring/receipt-texts", json={}).status_code == 415


def place_of(line: Line, **changes: str) -> str:
    parts = {
        "day": line["day"],
        "truck": line["truck"],
        "trip": str(line["trip"]),
        "outlet": line["outlet_code"],
    } | changes
    return f"/v1/rounds/spring/halts/{'/'.join(quote(part, safe='') for part in parts.values())}/files"


def test_photos_of_a_halt_are_kept_with_it_and_are_its_unions_alone(on_the_way: Service) -> None:
    line = next(line for line in drops_of(on_the_way) if line["outlet_code"] == "O2")
    place, field = place_of(line), on_the_way.clients["field"]
    made = field.post(f"{place}?name=امضا.jpg", content=PHOTO)
    assert made.status_code == 201
    assert field.post(place, content=PHOTO).json()["sha256"] == made.json()["sha256"]
    assert field.post(place, content=b"<html>").json()["code"] == "evidence_kind"
    [listed] = on_the_way.union_2.get(place).json()["items"]
    back = on_the_way.union_2.get(listed["href"])
    assert (back.content, back.headers["content-type"]) == (PHOTO, "image/jpeg")
    for foreign in ("union_1", "cooperative_1", "field_1"):
        asker = on_the_way.clients[foreign]
        for there, nowhere in (
            (asker.get(place), asker.get(place_of(line, outlet="O99"))),
            (asker.get(listed["href"]), asker.get(f"{place_of(line, outlet='O99')}/{listed['sha256']}")),
            (asker.post(place, content=PHOTO), asker.post(place_of(line, outlet="O99"), content=PHOTO)),
        ):
            assert there.status_code == nowhere.status_code == 404
            assert there.text.replace("O2", "O99") == nowhere.text
    for wrong in ({"day": "2020-01-01"}, {"trip": "99"}, {"truck": "X-1"}):
        assert field.get(place_of(line, **wrong)).json()["code"] == "halt_unknown"
    assert field.get(place_of(line, day="today")).status_code == 422
    assert check_audit(on_the_way.uow).is_whole
