"""The sums of a round worked out from its files alone, sharing nothing with the engine that made them."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

from distribution.allocation.bundle import Fault
from distribution.allocation.certificate_file import CertificateFileError, read_certificates
from distribution.allocation.check_certificate import check_certificate
from distribution.domain.goods import Quota
from distribution.services.bundle_accounts import OpeningBooks
from distribution.services.compute_round import RoundStart
from distribution.services.exports.certificates import CERTIFICATES
from optimizer.plan_file import LoadedPlan

#: (outlet code, commodity code) -> packs
Packs = Counter[tuple[str, str]]


def check_sums(start: RoundStart, books: OpeningBooks, entries: Mapping[str, bytes], plan: LoadedPlan) -> list[Fault]:
    """Check that nothing appears and nothing vanishes, from the quota to the outlet's door, and every certificate."""
    try:
        allotted = _packs(_rows(entries["allotments.csv"]))
        waits = _packs(_rows(entries["waiting.csv"]))
        goods = {row["commodity_code"]: row for row in _rows(entries["goods.csv"])}
        return [
            *(fault for quota in start.quotas for fault in _check_goods(start, books, quota, goods, allotted)),
            *_check_deliveries(books, allotted, waits, plan),
            *_check_certificates(entries[CERTIFICATES], allotted),
        ]
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        return [Fault("sums_unreadable", {"problem": f"{type(error).__name__}: {error}"})]


def _check_goods(
    start: RoundStart, books: OpeningBooks, quota: Quota, goods: Mapping[str, Mapping[str, str]], allotted: Packs
) -> Iterator[Fault]:
    """Check that what came in of a commodity is allotted, kept back, left without room, or too little for a pack."""
    code = quota.commodity_code
    mass_g = quota.quota_g + books.accounts.carried_g.get(code, 0)
    packs, remainder_g = divmod(mass_g, start.declared.commodity_by_code[code].pack_g)
    given = sum(count for (_, commodity), count in allotted.items() if commodity == code)
    line = {name: int(goods[code][name]) for name in ("reserved_packs", "unplaced_packs", "remainder_g")}
    told = given + line["reserved_packs"] + line["unplaced_packs"]
    if told != packs:
        yield Fault("packs_lost", {"commodity": code, "packs": packs, "told": told})
    if line["remainder_g"] != remainder_g:
        yield Fault("mass_lost", {"commodity": code, "mass_g": remainder_g, "told_g": line["remainder_g"]})


def _check_deliveries(books: OpeningBooks, allotted: Packs, waits: Packs, loaded: LoadedPlan) -> Iterator[Fault]:
    """Check that what an outlet had to get is brought, fetched or waits."""
    due = Counter(allotted)
    for line in books.accounts.waiting:
        due[line.outlet_code, line.commodity_code] += line.packs
    arrives = _loads(loaded, (stop.delivery for trip in loaded.plan.trips for stop in trip.stops))
    for order in loaded.header["collections"]:
        for commodity, count in order["packs"].items():
            arrives[order["outlet"], commodity] += count
    stays = _loads(loaded, (unserved.delivery for unserved in loaded.plan.unserved))
    for short in loaded.header["stock_short"]:
        stays[short["outlet"], short["commodity"]] += short["packs"]
    for key in sorted(due.keys() | arrives.keys() | stays.keys() | waits.keys()):
        if due[key] != arrives[key] + stays[key] or stays[key] != waits[key]:
            numbers: dict[str, str | int] = {
                "due": due[key],
                "arrives": arrives[key],
                "stays": stays[key],
                "waits": waits[key],
            }
            yield Fault("delivery_lost", {"outlet": key[0], "commodity": key[1]} | numbers)


def _check_certificates(content: bytes, allotted: Packs) -> Iterator[Fault]:
    """Add up every certificate's terms anew, and hold its packs against the allotments."""
    certified: Packs = Counter()
    try:
        for certificate in read_certificates(content):
            key = certificate.outlet.code, certificate.commodity.code
            certified[key] += certificate.line.packs
            for figure in check_certificate(certificate):
                yield Fault("certificate_wrong", {"outlet": key[0], "commodity": key[1], "figure": figure})
    except CertificateFileError as error:
        yield Fault("certificates_unreadable", {"problem": str(error)})
        return
    for outlet, commodity in sorted(allotted.keys() | certified.keys()):
        stated, shown = allotted[outlet, commodity], certified[outlet, commodity]
        if stated != shown:
            params: dict[str, str | int] = {"outlet": outlet, "commodity": commodity, "packs": stated, "shown": shown}
            yield Fault("certificate_apart", params)


def _rows(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline=""), strict=True))


def _packs(rows: Iterable[Mapping[str, str]]) -> Packs:
    packs: Packs = Counter()
    for row in rows:
        packs[row["outlet_code"], row["commodity_code"]] += int(row["packs"])
    return packs


def _loads(loaded: LoadedPlan, deliveries: Iterable[int]) -> Packs:
    problem = loaded.problem
    packs: Packs = Counter()
    for index in deliveries:
        delivery = problem.deliveries[index]
        outlet = problem.places[delivery.place].name
        for commodity, count in zip(problem.commodities, delivery.packs, strict=True):
            packs[outlet, commodity] += count
    return packs
