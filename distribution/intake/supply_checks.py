"""Checks whether stock covers the quotas and trucks reach the outlets."""

from __future__ import annotations

from collections import defaultdict
from datetime import date

from distribution.domain.enums import OutletMode, Severity, StorageClass
from distribution.domain.goods import Commodity, Quota
from distribution.domain.network import Outlet
from distribution.intake.check_context import CheckContext, name_some, storage_kg


def _lying(context: CheckContext, commodity: Commodity, deadline: date) -> int:
    """Count the packs of a commodity that warehouses have by a day."""
    return sum(
        line.packs
        for line in context.dataset.stock
        if line.commodity_code == commodity.code
        and line.place_code in context.dataset.warehouse_by_code
        and (line.available_on is None or line.available_on <= deadline)
    )


def check_stock_of_rounds(context: CheckContext) -> None:
    """Find quotas larger than what lies in the warehouses by the deadline."""
    for quota, commodity, _ in context.quotas:
        needed = quota.quota_g // commodity.pack_g
        lying = _lying(context, commodity, quota.deadline)
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


def check_stock_of_all_rounds(context: CheckContext) -> None:
    """Find commodities of which the rounds together take more than lies in the warehouses by the latest deadline."""
    by_commodity: dict[str, list[Quota]] = defaultdict(list)
    for quota in context.dataset.quotas:
        by_commodity[quota.commodity_code].append(quota)
    for code, quotas in by_commodity.items():
        if len(quotas) < 2:
            continue
        commodity = context.dataset.commodity_by_code[code]
        last = max(quotas, key=lambda q: (q.deadline, q.code))
        needed = sum(q.quota_g for q in quotas) // commodity.pack_g
        lying = _lying(context, commodity, last.deadline)
        if lying < needed:
            context.log.add(
                "stock_short_of_rounds",
                Severity.WARNING,
                sheet="quotas",
                row=context.row("quotas", last.code),
                column="tonnes",
                value=code,
                quotas=len(quotas),
                deadline=last.deadline,
                packs=lying,
                needed=needed,
                missing=needed - lying,
            )


def _delivered(context: CheckContext) -> dict[StorageClass, tuple[Commodity, dict[str, Outlet]]]:
    """List by storage class the first commodity of it and the outlets that any of it must be driven to."""
    found: dict[StorageClass, tuple[Commodity, dict[str, Outlet]]] = {}
    for _, commodity, outlets in context.quotas:
        _, to = found.setdefault(commodity.storage_class, (commodity, {}))
        to.update((o.code, o) for o in outlets if o.mode is OutletMode.DELIVERED)
    return {storage_class: (commodity, to) for storage_class, (commodity, to) in found.items() if to}


def check_carriers(context: CheckContext) -> None:
    """Find storage classes that must be delivered and that no truck may carry."""
    carried = {c for v in context.dataset.vehicles if v.count for c in v.storage_classes}
    for storage_class, (commodity, _) in _delivered(context).items():
        if storage_class not in carried:
            context.log.add(
                "vehicle_missing_for_class",
                Severity.WARNING,
                sheet="vehicles",
                column="storage_classes",
                value=storage_class,
                commodity=commodity.code,
            )


def check_truck_sizes(context: CheckContext) -> None:
    """Find outlets with room for a class that every truck carrying it is too large to reach."""
    for storage_class, (_, outlets) in _delivered(context).items():
        sizes = [v.capacity_kg for v in context.dataset.vehicles if v.count and storage_class in v.storage_classes]
        if not sizes:  # told as a class that nothing carries
            continue
        smallest = min(sizes)
        barred = [
            code
            for code, outlet in sorted(outlets.items())
            if storage_kg(outlet, storage_class) and smallest > (outlet.largest_vehicle_kg or smallest)
        ]
        if barred:
            context.log.add(
                "truck_missing_for_outlets",
                Severity.WARNING,
                sheet="outlets",
                row=context.row("outlets", barred[0]),
                column="largest_vehicle_kg",
                value=barred[0],
                storage_class=storage_class,
                count=len(barred),
                outlets=name_some(barred),
                kg=smallest,
            )
