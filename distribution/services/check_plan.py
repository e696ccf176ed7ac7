"""Check a plan file that anybody may hand in, and put its faults into words."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from operator import mul
from pathlib import Path

import numpy as np

from distribution.domain.enums import Severity
from distribution.domain.errors import InputError
from distribution.domain.findings import Finding, Where
from distribution.messages import Locale, render_message
from distribution.services.delivery_figures import count_halts
from distribution.services.exports.plan_json import TRAVEL_IS_TABLE
from distribution.services.sentences import spell_numbers
from gis.travel.geodesic import GeodesicTravel
from optimizer.explain import static_reason
from optimizer.plan import Plan
from optimizer.plan_file import MAX_PLAN_BYTES, LoadedPlan, PlanFileError, load_plan
from optimizer.problem import Problem
from optimizer.verify import verify_plan


@dataclass(frozen=True)
class PlanCheck:
    """What a plan holds and what is wrong with it, in words."""

    trips: int
    stops: int
    waiting: int
    faults: tuple[str, ...]


def check_plan_file(path: Path, locale: Locale) -> PlanCheck:
    """Check every constraint and total of a ``plan.json`` anew.

    Raises
    ------
    InputError
        If the file cannot be read or is no plan; a finding for each reason.
    """
    try:
        if path.stat().st_size > MAX_PLAN_BYTES:
            raise InputError((_finding("plan_too_large", path, limit_mb=MAX_PLAN_BYTES // 10**6),))
        loaded = load_plan(path.read_bytes())
    except OSError as error:
        raise InputError((_finding("file_unreadable" if path.exists() else "file_missing", path),)) from error
    except PlanFileError as error:
        raise InputError(
            tuple(_finding("plan_malformed", path, problem=problem) for problem in error.problems)
        ) from error
    return PlanCheck(
        trips=len(loaded.plan.trips),
        stops=count_halts(loaded.problem, loaded.plan.trips),
        waiting=len(loaded.plan.unserved),
        faults=(*find_plan_faults(loaded.problem, loaded.plan, locale), *_check_estimates(loaded, locale)),
    )


def find_plan_faults(problem: Problem, plan: Plan, locale: Locale) -> tuple[str, ...]:
    """Check every constraint, total, load and reason of a plan for a problem, in words; none if it is right."""
    return (
        *(
            f"{v.where}: {render_message(f'violation.{v.code.value}', locale, spell_numbers(v.numbers, locale))}"
            for v in verify_plan(problem, plan)
        ),
        *_check_loads(problem, locale),
        *_check_reasons(problem, plan, locale),
    )


def _check_loads(problem: Problem, locale: Locale) -> Iterator[str]:
    """Weigh and measure every load anew from its packs."""
    for delivery in problem.deliveries:
        weight_g = sum(map(mul, delivery.packs, problem.commodity_weight_g))
        volume_ml = sum(map(mul, delivery.packs, problem.commodity_volume_ml))
        if (delivery.weight_g, delivery.volume_ml) != (weight_g, volume_ml):
            stated = {"stated_g": delivery.weight_g, "stated_ml": delivery.volume_ml}
            params = stated | {"right_g": weight_g, "right_ml": volume_ml}
            yield f"{delivery.name}: {render_message('plan_file.load_wrong', locale, spell_numbers(params, locale))}"


def _check_reasons(problem: Problem, plan: Plan, locale: Locale) -> Iterator[str]:
    """Work out anew, with its numbers, every reason that holds whatever else is planned."""
    for unserved in plan.unserved:
        if not 0 <= unserved.delivery < len(problem.deliveries):
            continue  # told already
        right = static_reason(problem, unserved.delivery)
        if right is not None and right != unserved:
            name = problem.deliveries[unserved.delivery].name
            yield f"{name}: {render_message('plan_file.reason_wrong', locale)}"


def _check_estimates(loaded: LoadedPlan, locale: Locale) -> Iterator[str]:
    """Compute every estimated leg anew from the positions; those of a table can only be taken as stated."""
    legs = loaded.travel.legs
    if not loaded.header.get("travel_is_estimate") or loaded.header.get(TRAVEL_IS_TABLE) or not legs:
        return
    places = loaded.problem.places
    try:
        travel = GeodesicTravel(
            np.array([p.lon for p in places]),
            np.array([p.lat for p in places]),
            detour_factor=float(loaded.header["detour_factor"]),
            speed_kmh=float(loaded.header["speed_kmh"]),
        )
    except (KeyError, TypeError, ValueError):
        yield render_message("plan_file.travel_unstated", locale)
        return
    by_origin: dict[int, list[int]] = defaultdict(list)
    for origin, destination in legs:
        by_origin[origin].append(destination)
    for origin, destinations in sorted(by_origin.items()):
        metres, seconds = travel.matrix([origin], destinations)
        for destination, m, s in zip(destinations, metres[0].tolist(), seconds[0].tolist(), strict=True):
            if legs[origin, destination] != (m, s):
                stated = legs[origin, destination]
                params = {"stated_m": stated[0], "stated_s": stated[1], "right_m": m, "right_s": s}
                where = f"{places[origin].name} -> {places[destination].name}"
                yield f"{where}: {render_message('plan_file.leg_wrong', locale, spell_numbers(params, locale))}"


def _finding(code: str, path: Path, **params: str | int) -> Finding:
    return Finding(Severity.ERROR, code, Where(sheet=path.name, value=path.name), params)
