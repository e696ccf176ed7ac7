"""Check whether every quota of a whole network can be shared, stored, taken from stock and carried."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass

from distribution.allocation.population import excess_by_area, outlets_without_count, resolve_populations
from distribution.domain.calendar import working_days
from distribution.domain.dataset import Dataset
from distribution.domain.eligibility import eligible_outlets
from distribution.domain.enums import OutletMode, Severity, StorageClass
from distribution.domain.findings import Finding
from distribution.domain.goods import Commodity, Quota
from distribution.domain.network import Outlet
from distribution.intake.log import FindingLog

RowOf = Mapping[tuple[str, str], int]


@dataclass(frozen=True)
class _Context:
    dataset: Dataset
    row_of: RowOf
    log: FindingLog

    def row(self, sheet: str, code: str) -> int | None:
        return self.row_of.get((sheet, code))


@dataclass(frozen=True)
class _Check:
    """A check, and the sheets that must be free of errors for it to mean anything."""

    run: Callable[[_Context], None]
    needs: tuple[str, ...]


def _storage_kg(outlet: Outlet, storage_class: StorageClass) -> int:
    by_class = {
        StorageClass.DRY: outlet.storage_dry_kg,
        StorageClass.CHILLED: outlet.storage_chilled_kg,
        StorageClass.FROZEN: outlet.storage_frozen_kg,
    }
    return by_class[storage_class]


def _quotas(context: _Context) -> list[tuple[Quota, Commodity, tuple[Outlet, ...]]]:
    """List every quota with its commodity and the outlets that take part."""
    dataset = context.dataset
    return [(q, dataset.commodity_by_code[q.commodity_code], eligible_outlets(dataset, q)) for q in dataset.quotas]


def _check_populations(context: _Context) -> None:
    """Find areas without a count that outlets need, and counts exceeded by what outlets declare."""
    dataset, log = context.dataset, context.log
    uncounted = Counter(
        dataset.outlet_by_code[c].area_code for c in outlets_without_count(dataset.areas, dataset.outlets)
    )
    for area, count in sorted(uncounted.items()):
        log.add(
            "no_population", sheet="areas", row=context.row("areas", area), column="population", value=area, count=count
        )
    for area, people in sorted(excess_by_area(dataset.areas, dataset.outlets).items()):
        log.add(
            "people_exceed_area",
            Severity.WARNING,
            sheet="areas",
            row=context.row("areas", area),
            column="population",
            value=area,
            people=people,
        )
    if uncounted:
        return
    for code, served in resolve_populations(dataset.areas, dataset.outlets).items():
        if served.people == 0:
            log.add(
                "outlet_without_people",
                Severity.WARNING,
                sheet="outlets",
                row=context.row("outlets", code),
                column="served_population",
                value=code,
            )


def _check_eligibility(context: _Context) -> None:
    """Find quotas that nobody, or nobody with people, takes part in."""
    dataset = context.dataset
    served = resolve_populations(dataset.areas, dataset.outlets)
    uncounted = set(outlets_without_count(dataset.areas, dataset.outlets))  # told by area
    for quota, _, outlets in _quotas(context):
        code = "no_eligible_outlet" if not outlets else "quota_without_people"
        if not any(served[o.code].people or o.code in uncounted for o in outlets):
            context.log.add(
                code,
                sheet="quotas",
                row=context.row("quotas", quota.code),
                value=quota.code,
                commodity=quota.commodity_code,
            )


def _check_storage(context: _Context) -> None:
    """Find eligible outlets that have no room for a commodity's class."""
    for quota, commodity, outlets in _quotas(context):
        without = [o.code for o in outlets if not _storage_kg(o, commodity.storage_class)]
        if without:
            context.log.add(
                "storage_missing_for_class",
                Severity.WARNING,
                sheet="quotas",
                row=context.row("quotas", quota.code),
                column="commodity_code",
                value=commodity.code,
                storage_class=commodity.storage_class.value,
                count=len(without),
                outlets=len(outlets),
                example=without[0],
            )


def _check_stock(context: _Context) -> None:
    """Find quotas larger than what lies in the warehouses by the deadline."""
    dataset = context.dataset
    for quota, commodity, _ in _quotas(context):
        needed = quota.quota_g // commodity.pack_g
        lying = sum(
            line.packs
            for line in dataset.stock
            if line.commodity_code == commodity.code
            and line.place_code in dataset.warehouse_by_code
            and (line.available_on is None or line.available_on <= quota.deadline)
        )
        if lying < needed:
            context.log.add(
                "stock_short_of_quota",
                Severity.WARNING,
                sheet="quotas",
                row=context.row("quotas", quota.code),
                column="tonnes",
                value=quota.code,
                commodity=commodity.code,
                packs=lying,
                needed=needed,
                missing=needed - lying,
            )


def _check_vehicles(context: _Context) -> None:
    """Find storage classes that must be delivered and that no truck may carry."""
    carried = {c for v in context.dataset.vehicles if v.count for c in v.storage_classes}
    missing: dict[StorageClass, str] = {}
    for _, commodity, outlets in _quotas(context):
        delivered = any(o.mode is OutletMode.DELIVERED for o in outlets)
        if delivered and commodity.storage_class not in carried:
            missing.setdefault(commodity.storage_class, commodity.code)
    for storage_class, commodity_code in missing.items():
        context.log.add(
            "vehicle_missing_for_class",
            Severity.WARNING,
            sheet="vehicles",
            column="storage_classes",
            value=storage_class.value,
            commodity=commodity_code,
        )


def _check_working_days(context: _Context) -> None:
    """Find quotas without a single working day to deliver in."""
    for quota in context.dataset.quotas:
        if not working_days(quota.period_start, quota.deadline, context.dataset.calendar):
            context.log.add(
                "no_working_day",
                sheet="quotas",
                row=context.row("quotas", quota.code),
                column="absorption_deadline",
                value=quota.deadline,
                period_start=quota.period_start.isoformat(),
            )


_NETWORK = ("areas", "cooperatives", "outlets")
_GOODS = (*_NETWORK, "commodities", "quotas")
_CHECKS = (
    _Check(_check_populations, ("areas", "outlets")),
    _Check(_check_eligibility, _GOODS),
    _Check(_check_storage, _GOODS),
    _Check(_check_stock, (*_GOODS, "stock", "warehouses")),
    _Check(_check_vehicles, (*_GOODS, "vehicles")),
    _Check(_check_working_days, ("quotas", "calendar")),
)


def run_network_checks(dataset: Dataset, row_of: RowOf, flawed: Collection[str], log: FindingLog) -> None:
    """Run every check whose sheets are all free of errors."""
    context = _Context(dataset, row_of, log)
    for check in _CHECKS:
        if not set(check.needs) & set(flawed):
            check.run(context)


def check_dataset(dataset: Dataset) -> tuple[Finding, ...]:
    """Check a network whose rows are each valid and whose codes all lead somewhere; no row numbers."""
    log = FindingLog()
    run_network_checks(dataset, {}, (), log)
    return log.findings()
