"""Check whether every quota of a whole network can be shared, stored, taken from stock and carried."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection

from distribution.allocation.population import outlets_without_count
from distribution.domain.calendar import working_days
from distribution.domain.dataset import Dataset
from distribution.domain.enums import Severity
from distribution.domain.findings import Finding
from distribution.intake.check_context import CheckContext, NetworkCheck, RowOf, storage_kg
from distribution.intake.log import FindingLog
from distribution.intake.member_checks import check_counts, check_two_figures
from distribution.intake.plausibility import (
    check_commodities,
    check_countable,
    check_periods,
    check_rests,
    check_tonnes,
    check_vehicles,
)
from distribution.intake.policy_checks import (
    check_area_levels,
    check_basket_bounds,
    check_baskets,
    check_empty_nodes,
    check_fixed_shares,
    check_households,
    check_levels,
)
from distribution.intake.supply_checks import (
    check_carriers,
    check_stock_of_all_rounds,
    check_stock_of_rounds,
    check_truck_sizes,
)


def _check_populations(context: CheckContext) -> None:
    """Find areas without a count that outlets need, and outlets that serve nobody."""
    dataset, log = context.dataset, context.log
    uncounted = Counter(
        dataset.outlet_by_code[c].area_code for c in outlets_without_count(dataset.areas, dataset.outlets)
    )
    for area, count in sorted(uncounted.items()):
        log.add(
            "no_population", sheet="areas", row=context.row("areas", area), column="population", value=area, count=count
        )
    if uncounted:
        return
    for code, served in context.served.items():
        if served.people == 0:
            log.add(
                "outlet_without_people",
                Severity.WARNING,
                sheet="outlets",
                row=context.row("outlets", code),
                column="served_population",
                value=code,
            )


def _check_eligibility(context: CheckContext) -> None:
    """Find quotas that nobody, or nobody with people, takes part in."""
    dataset = context.dataset
    served = context.served
    uncounted = set(outlets_without_count(dataset.areas, dataset.outlets))  # told by area
    for quota, _, outlets in context.quotas:
        code = "no_eligible_outlet" if not outlets else "quota_without_people"
        if not any(served[o.code].people or o.code in uncounted for o in outlets):
            context.log.add(
                code,
                sheet="quotas",
                row=context.row("quotas", quota.code),
                value=quota.code,
                commodity=quota.commodity_code,
            )


def _check_storage(context: CheckContext) -> None:
    """Find eligible outlets that have no room for a commodity's class."""
    for quota, commodity, outlets in context.quotas:
        without = [o.code for o in outlets if not storage_kg(o, commodity.storage_class)]
        if without:
            context.log.add(
                "storage_missing_for_class",
                Severity.WARNING,
                sheet="quotas",
                row=context.row("quotas", quota.code),
                column="commodity_code",
                value=commodity.code,
                storage_class=commodity.storage_class,
                count=len(without),
                outlets=len(outlets),
                example=without[0],
            )


def _check_working_days(context: CheckContext) -> None:
    """Find quotas without a single working day to deliver in."""
    for quota in context.dataset.quotas:
        if not working_days(quota.period_start, quota.deadline, context.dataset.calendar):
            context.log.add(
                "no_working_day",
                sheet="quotas",
                row=context.row("quotas", quota.code),
                column="absorption_deadline",
                value=quota.deadline,
                period_start=quota.period_start,
            )


_NETWORK = ("areas", "cooperatives", "outlets")
_GOODS = (*_NETWORK, "members", "commodities", "quotas")
_CHECKS = (
    NetworkCheck(_check_populations, ("areas", "outlets", "members")),
    NetworkCheck(_check_eligibility, _GOODS),
    NetworkCheck(_check_storage, _GOODS),
    NetworkCheck(check_stock_of_rounds, (*_GOODS, "stock", "warehouses")),
    NetworkCheck(check_stock_of_all_rounds, (*_GOODS, "stock", "warehouses")),
    NetworkCheck(check_carriers, (*_GOODS, "vehicles")),
    NetworkCheck(check_truck_sizes, (*_GOODS, "vehicles")),
    NetworkCheck(check_commodities, ()),
    NetworkCheck(check_vehicles, ()),
    NetworkCheck(check_rests, ()),
    NetworkCheck(check_periods, ("quotas",)),
    NetworkCheck(check_tonnes, _GOODS),
    NetworkCheck(check_countable, (*_GOODS, "stock")),
    NetworkCheck(_check_working_days, ("quotas", "calendar")),
    NetworkCheck(check_two_figures, ()),
    NetworkCheck(check_counts, ("areas", "outlets", "members")),
    NetworkCheck(check_levels, ()),
    NetworkCheck(check_area_levels, ("areas", "outlets")),
    NetworkCheck(check_basket_bounds, ()),
    NetworkCheck(check_fixed_shares, ()),
    NetworkCheck(check_empty_nodes, ("areas", "cooperatives", "outlets")),
    NetworkCheck(check_households, ()),
    NetworkCheck(check_baskets, ("baskets", "quotas")),
)


def run_network_checks(dataset: Dataset, row_of: RowOf, flawed: Collection[str], log: FindingLog) -> None:
    """Run every check that knows every row it has to."""
    context = CheckContext(dataset, row_of, log)
    for check in _CHECKS:
        if not set(check.needs) & set(flawed):
            check.run(context)


def check_dataset(dataset: Dataset) -> tuple[Finding, ...]:
    """Check a network whose rows are each valid and whose codes all lead somewhere; no row numbers."""
    log = FindingLog()
    run_network_checks(dataset, {}, (), log)
    return log.findings()
