"""The room an outlet has for goods of each class, the same for shares and for deliveries."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from distribution.domain.dataset import Dataset
from distribution.domain.enums import StorageClass
from distribution.domain.network import Outlet


def storage_g(outlet: Outlet, storage_class: StorageClass) -> int:
    """Return an outlet's whole storage of a class, g."""
    return int(getattr(outlet, f"storage_{storage_class.value}_kg")) * 1000


def free_storage_g(dataset: Dataset, outlets: Iterable[Outlet]) -> dict[tuple[str, StorageClass], int]:
    """Return the room for one delivery by (outlet code, class), g: the storage less what still stands in it.

    The opening stock is taken to stand there for the whole period, which errs on the safe side.
    """
    standing: dict[tuple[str, StorageClass], int] = defaultdict(int)
    for line in dataset.stock:
        if line.place_code in dataset.outlet_by_code:
            commodity = dataset.commodity_by_code[line.commodity_code]
            standing[line.place_code, commodity.storage_class] += line.packs * commodity.pack_g
    return {
        (outlet.code, cls): max(0, storage_g(outlet, cls) - standing[outlet.code, cls])
        for outlet in outlets
        for cls in StorageClass
    }
