"""Cut one outlet's tagged packs into drops that its store holds and loads that its trucks carry."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from distribution.domain.enums import StorageClass
from distribution.domain.network import Outlet
from distribution.domain.settings import NetworkSettings
from distribution.services.demand import BoolArray, Demand, IntArray, most_drops
from distribution.services.tag_demand import Tags
from optimizer.problem import Delivery
from optimizer.splitting import drops_needed, split_drops, split_loads


@dataclass(frozen=True)
class _Group:
    """Commodities of one storage class that may come on the same days; ``flow`` has shape (warehouses, c)."""

    name: str
    days: tuple[int, ...]
    flow: IntArray

    @property
    def packs(self) -> IntArray:
        packs: IntArray = self.flow.sum(axis=0)
        return packs


@dataclass(frozen=True)
class OutletLoads:
    """Where an outlet stands in the demand and in the problem, and the room its store has for each class, g."""

    demand: Demand
    tags: Tags
    n: int
    place: int
    rooms: dict[StorageClass, int]

    @property
    def outlet(self) -> Outlet:
        """Return the outlet."""
        return self.demand.outlets[self.n]

    def deliveries(self) -> Iterator[Delivery]:
        """Yield the outlet's deliveries, class by class; what its store cannot hold comes last, as loads of its own."""
        for cls, groups in self._groups().items():
            yield from self._class_deliveries(cls, groups)

    def _groups(self) -> dict[StorageClass, list[_Group]]:
        """Group the commodities that may travel together. Days are indices."""
        flow = self.tags.flow[:, self.n]
        members: dict[tuple[StorageClass, tuple[int, ...]], list[int]] = defaultdict(list)
        for c in np.flatnonzero(flow.any(axis=0)):
            members[self.demand.commodities[c].storage_class, self._days(int(c), flow[:, c] > 0)].append(int(c))
        classes = [cls for cls, _ in members]
        groups: dict[StorageClass, list[_Group]] = defaultdict(list)
        for index, ((cls, group_days), columns) in enumerate(sorted(members.items())):
            name = cls.value if classes.count(cls) == 1 else f"{cls.value}g{index}"
            part = np.zeros_like(flow)
            part[:, columns] = flow[:, columns]
            groups[cls].append(_Group(name, group_days, part))
        return groups

    def _days(self, c: int, tagged: BoolArray) -> tuple[int, ...]:
        """List the days on which a commodity may come: those on which every warehouse tagged for it has some."""
        days = self.demand.delivery_days[self.n, c]
        stocked = days & (self.demand.stock[tagged, c] > 0).all(axis=0)
        return tuple(np.flatnonzero(stocked if stocked.any() else days).tolist())

    def _class_deliveries(self, cls: StorageClass, groups: list[_Group]) -> Iterator[Delivery]:
        pack_g = self.demand.pack_g
        most = [most_drops(self.outlet, len(group.days)) for group in groups]
        counts = drops_needed([group.packs for group in groups], pack_g, self.rooms[cls], most)
        room = dict.fromkeys(range(max(counts)), self.rooms[cls])
        too_much = []
        for group, drops in zip(groups, counts, strict=True):
            left = group.flow.copy()
            for drop, due in enumerate(split_drops(group.packs, drops, pack_g)):
                days = group.days[drop * len(group.days) // drops : (drop + 1) * len(group.days) // drops]
                fitting = self._fitting(due, room[drop])
                room[drop] -= int(fitting @ pack_g)
                name = f"{self.outlet.code}/{group.name}/{drop + 1}"
                yield from self._depot_loads(name, fitting, left, cls, days, drop)
                # The search breaks ties by name: with the tilde, what does not fit comes after what does.
                too_much.append((f"{name}~", due - fitting, left, days, drop))
        for name, packs, left, days, drop in too_much:
            yield from self._depot_loads(name, packs, left, cls, days, drop)

    def _fitting(self, packs: IntArray, room_g: int) -> IntArray:
        """Return what of a drop fits into the room, of every commodity alike."""
        pack_g, pack_ml = self.demand.pack_g, self.demand.pack_ml
        if int(packs @ pack_g) <= room_g:
            return packs
        first = split_loads(packs, pack_g, pack_ml, room_g, int(packs @ pack_ml))[0]
        return first if int(first @ pack_g) <= room_g else np.zeros_like(packs)

    def _depot_loads(
        self, name: str, packs: IntArray, left: IntArray, cls: StorageClass, days: tuple[int, ...], drop: int
    ) -> Iterator[Delivery]:
        """Take packs off what is ``left`` of the tags, shape (warehouses, c), depot by depot, and cut them into loads."""
        due = packs.copy()
        for w in np.flatnonzero(left.any(axis=1)):
            taken = np.minimum(due, left[w])
            due -= taken
            left[w] -= taken
            if taken.any():
                yield from self._loads(f"{name}/{self.demand.warehouses[w].code}", int(w), taken, cls, days, drop)

    def _loads(
        self, name: str, w: int, packs: IntArray, cls: StorageClass, days: tuple[int, ...], drop: int
    ) -> Iterator[Delivery]:
        demand, outlet = self.demand, self.outlet
        trucks = demand.trucks_for(demand.warehouses[w], outlet, cls)
        loads = [packs]
        if trucks:
            largest = max(trucks, key=lambda v: (v.capacity_g, v.capacity_ml, v.code))
            loads = split_loads(packs, demand.pack_g, demand.pack_ml, largest.capacity_g, largest.capacity_ml)
        for number, load in enumerate(loads, start=1):
            weight = int(load @ demand.pack_g)
            yield Delivery(
                name=f"{name}/{number}",
                place=self.place,
                depot=w,
                packs=tuple(load.tolist()),
                weight_g=weight,
                volume_ml=int(load @ demand.pack_ml),
                storage_class=cls.value,
                days=days,
                windows=demand.dataset.work_clock.beginnings(outlet.receiving_windows),
                service_s=service_s(demand.dataset.settings, weight),
                largest_vehicle_g=None if outlet.largest_vehicle_kg is None else outlet.largest_vehicle_kg * 1000,
                rank=int(demand.rank[self.n]),
                drop=drop,
            )


def service_s(settings: NetworkSettings, weight_g: int) -> int:
    """Return the time a stop takes, s: a fixed part and unloading by weight, rounded up."""
    return settings.stop_minutes * 60 + -(-weight_g * settings.unload_minutes_per_tonne * 60 // 1_000_000)
