"""What would serve the loads that wait, and what that costs: ``remedies.csv`` and ``actions.csv``."""

from __future__ import annotations

from collections.abc import Iterator

from distribution.documents.tables import render_csv
from distribution.services.exports.outcome import RoundOutcome
from distribution.services.remedy_figures import cost_per_tonne

REMEDIES_HEADER = ("outlet_code", "outlet", "load", "kg", "reason", "remedy", "cost", "action")
ACTIONS_HEADER = ("action", "what", "loads", "kg", "cost", "cost_per_tonne", "outlet_codes")


def render_remedies(outcome: RoundOutcome) -> bytes:
    """Render one line per load that waits: its cheapest remedy, the cost of that alone, the action that serves it."""
    return render_csv(REMEDIES_HEADER, _loads(outcome))


def render_actions(outcome: RoundOutcome) -> bytes:
    """Render one line per action; all together, in this order, they serve what their costs are stated for."""
    return render_csv(ACTIONS_HEADER, _actions(outcome))


def _loads(outcome: RoundOutcome) -> Iterator[tuple[str | int | None, ...]]:
    problem, figures = outcome.deliveries.problem, outcome.remedies
    for unserved in outcome.deliveries.plan.unserved:
        delivery = problem.deliveries[unserved.delivery]
        outlet = outcome.dataset.outlet_by_code[problem.places[delivery.place].name]
        remedy = figures.by_load[unserved.delivery]
        yield (
            outlet.code,
            outlet.name(outcome.locale),
            outcome.load_text(outcome.document_packs(delivery.packs)),
            -(-delivery.weight_g // 1000),
            unserved.reason.value,
            remedy.words[outcome.locale],
            remedy.cost,
            figures.action_of(unserved.delivery),
        )


def _actions(outcome: RoundOutcome) -> Iterator[tuple[str | int, ...]]:
    problem = outcome.deliveries.problem
    for number, action in enumerate(outcome.remedies.actions, start=1):
        codes = dict.fromkeys(problem.places[problem.deliveries[i].place].name for i in action.loads)
        kg = -(-action.weight_g // 1000)
        what = action.words[outcome.locale]
        per_tonne = cost_per_tonne(action.cost, action.weight_g)
        yield number, what, len(action.loads), kg, action.cost, per_tonne, "; ".join(codes)
