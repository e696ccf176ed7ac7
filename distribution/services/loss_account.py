"""The loss account of a round: what was loaded, accepted, brought back and lost, by carrier, truck, leg or commodity.

Where the goods were weighed, the weights count, to the gram; else the mass of the packs. It balances line by line: shipped =
accepted + returned + lost. A scale that says more on arrival than at loading makes a negative loss.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from distribution.domain.fleet import Vehicle
from distribution.domain.goods import Commodity
from distribution.domain.principal import Principal
from distribution.domain.receipt import ReceiptBase
from distribution.services.find_round import find_round
from distribution.services.receipts import load_warehouses
from distribution.services.route_costs import vehicle_of
from distribution.store.repositories.network_pages import NetworkPages
from distribution.store.tables import Round
from distribution.store.unit_of_work import Transaction, UnitOfWork


class LossBy(StrEnum):
    """What the lines of a loss account stand for."""

    CARRIER = "carrier"
    TRUCK = "truck"
    LEG = "leg"
    COMMODITY = "commodity"


@dataclass
class LossLine:
    """One line; masses in g.

    Attributes
    ----------
    code
        Name of the carrier (blank for the network's own trucks), the truck, ``warehouse>outlet``, or the commodity.
    shipped_g, accepted_g, returned_g, lost_g
        Loaded; of that accepted, brought back, and neither.
    receipts, weighed
        Receipts behind it, and those of goods that were weighed.
    """

    code: str
    shipped_g: int = 0
    accepted_g: int = 0
    returned_g: int = 0
    lost_g: int = 0
    receipts: int = 0
    weighed: int = 0

    def add(self, receipt: ReceiptBase, pack_g: int) -> None:
        """Add a receipt."""
        self.receipts += 1
        if receipt.shipped_g is not None and receipt.arrived_g is not None and receipt.accepted_g is not None:
            self.weighed += 1
            shipped, arrived, accepted = receipt.shipped_g, receipt.arrived_g, receipt.accepted_g
        else:
            shipped, accepted = receipt.planned_packs * pack_g, receipt.accepted_packs * pack_g
            arrived = accepted + receipt.packs_returned * pack_g
        self.shipped_g += shipped
        self.accepted_g += accepted
        self.returned_g += arrived - accepted
        self.lost_g += shipped - arrived


def account_losses(uow: UnitOfWork, asker: Principal, round_code: str, by: LossBy) -> tuple[LossLine, ...]:
    """Add up the losses that the receipts of a round tell of, of the asker's part of the network, in order of code.

    Raises
    ------
    NotFoundError
        ``round_unknown``, ``plan_missing``.
    """
    with uow.read() as tx:
        found = find_round(tx, asker, round_code)
        commodities = NetworkPages(tx.session).page("commodities", found.dataset_version)
        pack_g = {code: noun.pack_g for code, noun in commodities if isinstance(noun, Commodity)}
        receipts = tx.receipts.list(found.require_id(), scope=asker.scope)
        warehouse_of, carriers = load_warehouses(tx, found), read_carriers(tx, found)
    lines: dict[str, LossLine] = {}
    for one in receipts:
        code = {
            LossBy.CARRIER: carriers.get(vehicle_of(one.truck), ""),
            LossBy.TRUCK: one.truck,
            LossBy.LEG: f"{warehouse_of[one.day.isoformat(), one.truck, one.trip]}>{one.outlet_code}",
            LossBy.COMMODITY: one.commodity_code,
        }[by]
        lines.setdefault(code, LossLine(code)).add(one, pack_g[one.commodity_code])
    return tuple(lines[code] for code in sorted(lines))


def read_carriers(tx: Transaction, found: Round) -> Mapping[str, str]:
    """Return who runs the trucks of each type, as it was in a round; blank for the network itself."""
    vehicles = NetworkPages(tx.session).page("vehicles", found.dataset_version)
    return {code: noun.carrier for code, noun in vehicles if isinstance(noun, Vehicle)}
