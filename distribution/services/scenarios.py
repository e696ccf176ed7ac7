"""Scenarios: rounds kept in the folders of several runs, each its own way to share the same quotas."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from distribution.allocation.fairness import measure_fairness
from distribution.documents.formats import kilograms
from distribution.domain.dataset import Dataset
from distribution.domain.errors import StateError
from distribution.domain.numerals import format_number
from distribution.domain.rounds import Allotment, RoundGoods
from distribution.services.opened_run import opened_run
from distribution.store.unit_of_work import Transaction

MOST_SCENARIOS = 8


@dataclass(frozen=True, eq=False)
class Scenario:
    """A round of one run: a policy on a network, and what came of it.

    ``name`` is the folder's, with the code of the policy unless that is the folder's name; ``summary`` is what ``summary.json`` holds.
    """

    name: str
    folder: Path
    round_code: str
    policy: str
    dataset_version: int
    dataset: Dataset
    allotments: tuple[Allotment, ...]
    goods: Mapping[str, RoundGoods]
    summary: Mapping[str, Any]

    @cached_property
    def first_lines(self) -> dict[str, Allotment]:
        """Return one line of every outlet that takes part: it tells the outlet's people and whom it belongs to."""
        return {line.outlet_code: line for line in reversed(self.allotments)}

    @property
    def delivery(self) -> Mapping[str, Any]:
        """Return the figures of the deliveries."""
        figures: Mapping[str, Any] = self.summary.get("delivery", {})
        return figures

    @cached_property
    def fairness(self) -> Mapping[str, Mapping[str, float | None]]:
        """Return commodity code -> measure -> figure.

        What follows from the allotments is measured anew, so that runs of different versions of the program are
        measured alike. Fifths of the people, named ``by_need.1`` and so on, are kg per person as the run reported it.
        """
        reported = {goods["code"]: goods["fairness"] for goods in self.summary.get("goods", ())}
        return {code: self._measure(code) | _fifths(reported.get(code, {})) for code in self.goods}

    def _measure(self, commodity_code: str) -> dict[str, float | None]:
        lines = [line for line in self.allotments if line.commodity_code == commodity_code]
        people, packs, entitled = (
            np.array([getattr(line, name) for line in lines], dtype=np.int64)
            for name in ("people", "packs", "entitlement_nano")
        )
        fairness = measure_fairness(people, packs, entitled, self.goods[commodity_code].pack_g)
        figures = ((field.name, getattr(fairness, field.name)) for field in fields(fairness))
        return {name: value for name, value in figures if not isinstance(value, tuple)}


def _fifths(reported: Mapping[str, Any]) -> dict[str, float | None]:
    """Name the fifths of the people one by one."""
    by = [(name, value) for name, value in reported.items() if isinstance(value, list)]
    return {f"{name}.{part['fifth']}": part["kg_per_person"] for name, parts in by for part in parts}


def load_scenarios(folders: Sequence[Path], round_code: str | None = None) -> tuple[Scenario, ...]:
    """Load the same round from several runs; the first run's latest round if none is named.

    Raises
    ------
    StateError
        ``scenario_count`` or ``scenario_twice`` for the folders; ``no_previous`` for one that is no run's;
        ``scenario_round_missing``, ``scenario_quotas_differ``, ``scenario_packs_differ`` or
        ``scenario_outlets_apart`` for rounds that cannot be compared.
    UnavailableError
        If a database cannot be opened.
    """
    if not 2 <= len(folders) <= MOST_SCENARIOS:
        raise StateError("scenario_count", count=len(folders), most=MOST_SCENARIOS)
    for place, times in Counter(folder.resolve() for folder in folders).items():
        if times > 1:
            raise StateError("scenario_twice", folder=str(place))
    scenarios: list[Scenario] = []
    for folder in folders:
        wanted = scenarios[0].round_code if scenarios else round_code
        with opened_run(folder) as uow, uow.read() as tx:
            scenarios.append(_load(tx, folder, wanted))
        _require_comparable(scenarios[0], scenarios[-1])
    return _named_apart(scenarios)


def _load(tx: Transaction, folder: Path, round_code: str | None) -> Scenario:
    rounds = {found.code: found for found in tx.rounds.list()}
    code = next(reversed(rounds), "") if round_code is None else round_code
    if code not in rounds:
        raise StateError("scenario_round_missing", folder=str(folder), round=code, rounds=", ".join(rounds) or "–")
    found = rounds[code]
    return Scenario(
        name=folder.resolve().name,
        folder=folder,
        round_code=code,
        policy=str(found.parameters.get("policy") or ""),
        dataset_version=found.dataset_version,
        dataset=tx.datasets.load(found.dataset_version),
        allotments=tx.rounds.allotments(code),
        goods={goods.commodity_code: goods for goods in tx.rounds.goods(code)},
        summary=json.loads(found.summary),
    )


def _require_comparable(first: Scenario, other: Scenario) -> None:
    names = {"folder": str(other.folder), "first": str(first.folder)}
    quotas, packs = [], []
    for code in sorted(first.goods.keys() | other.goods.keys()):
        a, b = first.goods.get(code), other.goods.get(code)
        if a is None or b is None or a.quota_g != b.quota_g:
            quotas.append(f"{code} ({_mass(a.quota_g if a else None)} ≠ {_mass(b.quota_g if b else None)})")
        elif a.pack_g != b.pack_g:
            packs.append(f"{code} ({_mass(a.pack_g)} ≠ {_mass(b.pack_g)})")
    if quotas:
        raise StateError("scenario_quotas_differ", **names, details=", ".join(quotas))
    if packs:
        raise StateError("scenario_packs_differ", **names, details=", ".join(packs))
    if not first.first_lines.keys() & other.first_lines.keys():
        raise StateError("scenario_outlets_apart", **names)


def _mass(mass_g: int | None) -> str:
    return "–" if mass_g is None else format_number(kilograms(mass_g), "en")


def _named_apart(scenarios: Sequence[Scenario]) -> tuple[Scenario, ...]:
    """Name every scenario by its folder's name, by the whole path where two folders have one name, and its policy."""
    count = Counter(scenario.name for scenario in scenarios)
    named = []
    for scenario in scenarios:
        place = scenario.name if count[scenario.name] == 1 else str(scenario.folder)
        named.append(
            replace(scenario, name=place if scenario.policy in {"", place} else f"{place} ({scenario.policy})")
        )
    return tuple(named)
