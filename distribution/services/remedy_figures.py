"""What would serve the loads that a round leaves waiting, and what that costs, in figures and words."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction

from distribution.domain.dataset import Dataset
from distribution.messages import LOCALES, Locale, render_message
from distribution.services.plan_deliveries import DeliveryPlan
from distribution.services.remedy_words import ChangeWords
from optimizer.plan import COST_SCALE
from optimizer.problem import Problem
from optimizer.remedy import Change, Remedies, apply_changes, gather_actions, suggest_remedies

_Words = Callable[[Problem, tuple[Change, ...]], dict[Locale, str]]
#: Loads, first in rank, that a remedy of their own is looked for in a round.
MOST = 100


@dataclass(frozen=True)
class ActionFigures:
    """One action that serves loads, after those before it; the cost is in whole units of the currency."""

    words: Mapping[Locale, str]
    loads: tuple[int, ...]
    weight_g: int
    cost: int


@dataclass(frozen=True)
class LoadRemedy:
    """The cheapest remedy of one load as if it alone waited; without one, ``cost`` is None and the words say why."""

    words: Mapping[Locale, str]
    cost: int | None


@dataclass(frozen=True)
class RemedyFigures:
    """What would serve those who wait.

    ``by_load`` has each waiting delivery of the plan; ``actions`` serve them together, in this order; ``rest`` counts
    those that no action serves.
    """

    by_load: Mapping[int, LoadRemedy]
    actions: tuple[ActionFigures, ...]
    rest: int

    def action_of(self, load: int) -> int | None:
        """Return the number of the action that serves a load, from 1; None if none does."""
        return next((n for n, action in enumerate(self.actions, start=1) if load in action.loads), None)


def find_remedies(dataset: Dataset, deliveries: DeliveryPlan) -> RemedyFigures:
    """Find what would serve the loads that a plan leaves waiting."""
    problem = deliveries.problem
    found = suggest_remedies(problem, deliveries.plan, MOST)

    def words(after: Problem, changes: tuple[Change, ...]) -> dict[Locale, str]:
        days = deliveries.demand.days
        return {locale: ChangeWords(dataset, after, days, locale).describe(changes) for locale in LOCALES}

    by_load = {i: LoadRemedy(_text(f"none.{why.value}"), None) for i, why in found.without.items()}
    for i, remedy in found.each.items():
        after = apply_changes(problem, remedy.changes)
        by_load[i] = LoadRemedy(words(after, remedy.changes), _whole(remedy.scaled_cost))
    for unserved in deliveries.plan.unserved:
        by_load.setdefault(unserved.delivery, LoadRemedy(_text("left_out"), None))
    actions = _actions(problem, found, words)
    served = sum(len(action.loads) for action in actions)
    return RemedyFigures(by_load, actions, len(deliveries.plan.unserved) - served)


def cost_per_tonne(cost: int, weight_g: int) -> int:
    """Return what a tonne costs, in whole units of the currency."""
    return round(Fraction(cost * 10**6, max(weight_g, 1)))


def _actions(problem: Problem, found: Remedies, words: _Words) -> tuple[ActionFigures, ...]:
    after = apply_changes(problem, (change for action in found.together for change in action.changes))
    return tuple(
        ActionFigures(
            words=words(after, group.changes),
            loads=group.deliveries,
            weight_g=sum(problem.deliveries[i].weight_g for i in group.deliveries),
            cost=_whole(group.scaled_cost),
        )
        for group in gather_actions(problem, found.together)
    )


def _text(key: str) -> dict[Locale, str]:
    return {locale: render_message(f"remedy.{key}", locale) for locale in LOCALES}


def _whole(scaled_cost: int) -> int:
    return round(Fraction(scaled_cost, COST_SCALE))
