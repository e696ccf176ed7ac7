"""Put what would let a load be served into words."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from distribution.documents.formats import format_mass, format_time
from distribution.domain.dataset import Dataset
from distribution.domain.jalali import format_date
from distribution.domain.numerals import format_number
from distribution.messages import Locale, render_message
from optimizer.problem import Problem, VehicleType
from optimizer.remedy import Change, ChangeCode, merge_changes

#: Changes of hours, each side with a sentence of its own.
_BY_SIDE = frozenset({ChangeCode.LONGER_SHIFT, ChangeCode.LONGER_HOURS, ChangeCode.WIDER_WINDOW})


@dataclass(frozen=True)
class ChangeWords:
    """Says changes of a problem by the names of the network.

    Attributes
    ----------
    problem
        The problem after the changes: what they number is in it.
    days
        The dates of the working days there are.
    """

    dataset: Dataset
    problem: Problem
    days: Sequence[dt.date]
    locale: Locale

    def describe(self, changes: Iterable[Change]) -> str:
        """Say changes in a row, those of one kind as one."""
        sentences = [sentence for change in merge_changes(changes) for sentence in self._sentences(change)]
        return ("؛ " if self.locale == "fa" else "; ").join(sentences) or render_message("remedy.nothing", self.locale)

    def _sentences(self, change: Change) -> list[str]:
        params: dict[str, str] = {}
        for name, value in change.numbers.items():
            params = self._words(name, value) | params  # a depot that is named stands before a truck's home
        if change.code is ChangeCode.EQUIPPED_TRUCK:
            delivery = self.problem.deliveries[change.numbers["delivery"]]
            params["storage_class"] = render_message(f"enum.StorageClass.{delivery.storage_class}", self.locale)
        if change.code is ChangeCode.EXTRA_DAY:
            params["last_day"] = format_date(self.days[-1], self.locale)
        if change.code is ChangeCode.WIDER_WINDOW:
            numbers, clock = change.numbers, self.dataset.work_clock
            params["since"] = format_time(clock.begins(numbers["window_start_s"] - numbers["earlier_s"]), self.locale)
            params["until"] = format_time(clock.ends(numbers["window_end_s"] + numbers["later_s"]), self.locale)
        key = f"remedy.{change.code.value}"
        if change.code not in _BY_SIDE:
            return [render_message(key, self.locale, params)]
        sides = (side for side in ("earlier", "later") if change.numbers[f"{side}_s"])
        return [render_message(f"{key}_{side}", self.locale, params) for side in sides]

    def _words(self, name: str, value: int) -> dict[str, str]:
        match name:
            case "delivery":
                code = self.problem.places[self.problem.deliveries[value].place].name
                return {"outlet": self.dataset.outlet_by_code[code].name(self.locale)}
            case "depot":
                return {"depot": self._depot(value)}
            case "vehicle_type":
                vehicle = self.problem.vehicle_types[value]
                return {"truck": self._truck(vehicle), "depot": self._depot(vehicle.depot)}
            case "commodity":
                commodity = self.dataset.commodity_by_code[self.problem.commodities[value]]
                return {"commodity": commodity.name(self.locale)}
            case "day":
                return {"day": self._day(value)}
        stem, _, unit = name.rpartition("_")
        match unit:
            case "s":
                return {stem: format_time(value, self.locale)}
            case "g":
                # what is missing is rounded up, what a truck may take at most is not
                kg = value // 1000 if stem == "capacity" else -(-value // 1000)
                return {f"{stem}_kg": format_number(kg, self.locale)}
            case "m":
                return {f"{stem}_km": format_number(-(-value // 1000), self.locale)}
        return {name: format_number(value, self.locale)}

    def _day(self, number: int) -> str:
        """Name a working day by its date, one after the period by its number among those."""
        if number < len(self.days):
            return format_date(self.days[number], self.locale)
        params = {"number": format_number(number - len(self.days) + 1, self.locale)}
        return render_message("remedy.day_more", self.locale, params)

    def _truck(self, vehicle: VehicleType) -> str:
        """Name a truck by its type in the network, with what sets one that a change has added apart from it."""
        like = next((v for v in self.dataset.vehicles if v.code == vehicle.name), None) or next(
            v for v in self.dataset.vehicles if re.match(rf"{re.escape(v.code)}[<+@]", vehicle.name)
        )
        words = [like.name(self.locale)]
        if vehicle.capacity_g != like.capacity_g:
            words.append(f"≤ {format_mass(vehicle.capacity_g, self.locale)}")
        words += [
            f"+ {render_message(f'enum.StorageClass.{cls}', self.locale)}"
            for cls in vehicle.storage_classes
            if cls not in like.storage_classes
        ]
        return " ".join(words)

    def _depot(self, number: int) -> str:
        code = self.problem.places[self.problem.depots[number].place].name
        return next(w.name(self.locale) for w in self.dataset.warehouses if w.code == code)
