"""Checks that a plan in parts is a plan for the deliveries that were asked for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import groupby

from optimizer.plan import Plan
from optimizer.problem import Delivery, Problem
from optimizer.verify import verify_plan
from optimizer.violation import Violation, ViolationCode


def verify_split(problem: Problem, parts: Problem, part_of: Sequence[int], plan: Plan) -> tuple[Violation, ...]:
    """Check a plan in parts against the problem that was asked, and against every rule of ``verify_plan``.

    Parameters
    ----------
    problem
        As it was asked.
    parts, part_of
        The problem whose deliveries are the parts, and for each part the delivery that it is of.
    plan
        The plan for the parts.

    Returns
    -------
    tuple of Violation
        ``parts_wrong`` for each delivery whose parts are not its packs, or that may not be divided, or of which a part
        differs in anything but name, load and service time; where the rest of the problem differs; and every violation
        of the plan itself.
    """
    return *_check_parts(problem, parts, part_of), *verify_plan(parts, plan)


def _check_parts(problem: Problem, parts: Problem, part_of: Sequence[int]) -> Iterator[Violation]:
    if replace(parts, deliveries=problem.deliveries) != problem or parts.travel is not problem.travel:
        yield Violation(ViolationCode.PARTS_WRONG, "problem")
    known = range(len(problem.deliveries))
    if len(part_of) != len(parts.deliveries) or list(part_of) != sorted(part_of) or not set(part_of) <= set(known):
        numbers = {"parts": len(parts.deliveries), "stated": len(part_of)}
        yield Violation(ViolationCode.PARTS_WRONG, "part_of", numbers)
        return
    pairs = zip(part_of, parts.deliveries, strict=True)
    own = {i: [part for _, part in group] for i, group in groupby(pairs, key=lambda pair: pair[0])}
    for i, delivery in enumerate(problem.deliveries):
        yield from _check_delivery(problem, delivery, own.get(i, []))


def _check_delivery(problem: Problem, delivery: Delivery, parts: Sequence[Delivery]) -> Iterator[Violation]:
    if list(parts) == [delivery]:
        return
    for commodity, packs in enumerate(delivery.packs):
        brought = sum(part.packs[commodity] for part in parts)
        if brought != packs:
            numbers = {"commodity": commodity, "packs": brought, "due_packs": packs}
            yield Violation(ViolationCode.PARTS_WRONG, delivery.name, numbers)
    if not delivery.divisible:
        yield Violation(ViolationCode.PARTS_WRONG, delivery.name, {"parts": len(parts)})
    for part in parts:
        if part != _part_with(problem, delivery, part.name, part.packs):
            yield Violation(ViolationCode.PARTS_WRONG, part.name)


def _part_with(problem: Problem, delivery: Delivery, name: str, packs: tuple[int, ...]) -> Delivery:
    """Return the part that packs are: their weight and volume, the setup and their share of the rest of the service."""
    weight_g = volume_ml = 0
    for count, pack_g, pack_ml in zip(packs, problem.commodity_weight_g, problem.commodity_volume_ml, strict=True):
        weight_g += count * pack_g
        volume_ml += count * pack_ml
    shared_s = (delivery.service_s - delivery.setup_s) * weight_g
    service_s = delivery.setup_s - -shared_s // max(delivery.weight_g, 1)
    return replace(delivery, name=name, packs=packs, weight_g=weight_g, volume_ml=volume_ml, service_s=service_s)
