"""Compute a frozen round anew from what it started from, and hold every entry of its bundle against the result."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from distribution.allocation.bundle import Bundle, Fault
from distribution.domain.errors import TaavonError
from distribution.intake.reading import ReadResult
from distribution.messages import Locale
from distribution.services.allocate_round import Allocation
from distribution.services.bundle_accounts import AccountsError, OpeningBooks, dump_accounts, load_accounts
from distribution.services.bundle_input import FOLDER, dump_input, load_input
from distribution.services.bundle_round import ACCOUNTS, MATRIX, MAX_FROZEN_PLACES, OUTPUTS, render_outputs
from distribution.services.bundle_sums import check_sums
from distribution.services.check_plan import find_plan_faults
from distribution.services.compute_round import RoundStart, conclude_round, demand_of, share_round
from distribution.services.demand import Demand
from distribution.services.exports.certificates import CERTIFICATES
from distribution.services.first_difference import first_difference
from distribution.services.plan_deliveries import PosedDeliveries, pose_deliveries, travel_of
from distribution.services.sentences import describe_error, describe_finding
from gis.travel.frozen import FrozenTravelError, thaw_travel
from gis.travel.geodesic import GeodesicTravel
from gis.travel.protocol import TravelProvider
from optimizer.plan import Plan, Status
from optimizer.plan_file import LoadedPlan, PlanFileError, load_plan, renew_plan

PLAN = "plan.json"

#: The outputs that do not depend on the plan.
SHARES = frozenset({"allotments.csv", CERTIFICATES, "goods.csv"})
NO_PLAN = Plan(trips=(), unserved=(), scaled_cost=0, status=Status.STOPPED, iterations=0, seed=0)

#: Entries that hold measures, which no pack depends on and which processors round each in its own way.
MEASURES = frozenset({"summary.json"})


@dataclass
class Recomputed:
    """What could be computed anew, step by step, and every fault found on the way."""

    faults: list[Fault] = field(default_factory=list)
    start: RoundStart | None = None
    allocation: Allocation | None = None
    posed: PosedDeliveries | None = None
    loaded: LoadedPlan | None = None

    def tell(self, code: str, **params: str | int) -> None:
        """Note a fault."""
        self.faults.append(Fault(code, params))


def recompute_bundle(bundle: Bundle, locale: Locale) -> Recomputed:
    """Read the input, share the quotas, pose the deliveries, check the plan and render every output anew.

    A step whose input is not there is left out: its fault has been told then.
    """
    done = Recomputed()
    _check_names(bundle.entries, done)
    if done.faults:
        return done
    try:
        _recompute(bundle, done, locale)
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
        # Anybody may have written it: a code that nothing bears, an amount beyond any account.
        done.tell("not_computable", problem=f"{type(error).__name__}: {error}")
    return done


def _recompute(bundle: Bundle, done: Recomputed, locale: Locale) -> None:
    books = _start(bundle, done, locale)
    if books is None or done.start is None:
        return
    try:
        done.allocation = share_round(done.start)
        demand = demand_of(done.start, done.allocation)
    except TaavonError as error:
        done.tell("shares_refused", reason=describe_error(error, locale))
        return
    travel = _travel(bundle.entries, demand, done)
    _load_plan(bundle, done)
    if travel is None or done.loaded is None:
        return
    done.posed = pose_deliveries(demand, travel)
    plan_faults = find_plan_faults(done.posed.problem, done.loaded.plan, locale)
    for sentence in plan_faults:
        done.tell("plan_wrong", sentence=sentence)
    if plan_faults:
        # What does not rest on the plan is compared all the same, so that every fault is told at once.
        outputs = render_recomputed(bundle, replace(done, loaded=replace(done.loaded, plan=NO_PLAN)))
        names = SHARES
    else:
        done.faults += check_sums(done.start, books, bundle.entries, done.loaded)
        outputs = render_recomputed(bundle, done)
        names = frozenset(outputs)
    for name in sorted(names):
        stated = bundle.entries[name]
        _compare(name, renew_plan(stated) if name == PLAN else stated, outputs[name], done)


def render_recomputed(bundle: Bundle, done: Recomputed) -> dict[str, bytes]:
    """Render every output of the round with the plan that is loaded.

    Raises
    ------
    ValueError
        If the round has not been computed as far as its plan.
    """
    if done.start is None or done.allocation is None or done.posed is None or done.loaded is None:
        raise ValueError("there is no round to render")
    deliveries = done.posed.answered_by(done.loaded.plan)
    made_by = bundle.manifest.versions.get("taavon", "")
    return render_outputs(conclude_round(done.start, done.allocation, deliveries, made_by))


def _check_names(entries: Mapping[str, bytes], done: Recomputed) -> None:
    """Check that everything is there that every round has, and nothing that no round has."""
    needed = {ACCOUNTS, *OUTPUTS}
    for name in sorted(needed - entries.keys()):
        done.tell("entry_missing", entry=name)
    for name in sorted(entries.keys() - needed - {MATRIX}):
        if not name.startswith(FOLDER):
            done.tell("entry_unknown", entry=name)


def _start(bundle: Bundle, done: Recomputed, locale: Locale) -> OpeningBooks | None:
    """Read what the round started from; all of it must be written as this program writes it."""
    manifest, entries = bundle.manifest, bundle.entries
    read = load_input(entries)
    if read.dataset is None:
        done.tell("input_rejected", reason=_first_error(read, locale))
        return None
    given = {name: content for name, content in entries.items() if name.startswith(FOLDER)}
    written = dump_input(read.dataset)
    for name in sorted(given.keys() | written.keys()):
        _compare(name, given.get(name, b""), written.get(name, b""), done)
    try:
        books = load_accounts(entries[ACCOUNTS])
    except AccountsError as error:
        done.tell("accounts_wrong", problem=str(error))
        return None
    if manifest.round_code not in read.dataset.quotas_by_round:
        done.tell("round_unknown", round=manifest.round_code)
        return None
    done.start = books.start(manifest, read.dataset)
    _compare(ACCOUNTS, entries[ACCOUNTS], dump_accounts(done.start), done)
    return books


def _first_error(read: ReadResult, locale: Locale) -> str:
    sentence = describe_finding(read.findings[0], locale)
    return f"{sentence.where}: {sentence.message}"


def _travel(entries: Mapping[str, bytes], demand: Demand, done: Recomputed) -> TravelProvider | None:
    """Build the travel of the round: the estimate that was kept, if it is one of these positions, or the measured."""
    travel = travel_of(demand)
    places = len(demand.warehouses) + len(demand.outlets)
    kept = isinstance(travel, GeodesicTravel) and places <= MAX_FROZEN_PLACES
    if kept is not (MATRIX in entries):
        done.tell("entry_missing" if kept else "entry_unknown", entry=MATRIX)
        return None
    if not kept or not isinstance(travel, GeodesicTravel):
        return travel
    try:
        return thaw_travel(entries[MATRIX], travel, places)
    except FrozenTravelError as error:
        done.tell("matrix_wrong", problem=str(error))
        return None


def _load_plan(bundle: Bundle, done: Recomputed) -> None:
    """Read the plan, and check that it is one that the stated seed and stop rule can end with."""
    try:
        done.loaded = load_plan(bundle.entries[PLAN])
    except PlanFileError as error:
        for problem in error.problems:
            done.tell("plan_malformed", problem=problem)
        return
    plan, manifest = done.loaded.plan, bundle.manifest
    if plan.seed != manifest.seed:
        done.tell("seed_apart", seed=manifest.seed, stated=plan.seed)
    limits = {Status.ITERATION_LIMIT: manifest.iterations, Status.TIME_LIMIT: manifest.seconds}
    if plan.status in limits and limits[plan.status] is None:
        done.tell("stop_rule_apart", status=plan.status.value)


def _compare(name: str, stated: bytes, right: bytes, done: Recomputed) -> None:
    found = first_difference(name, stated, right, measures=name in MEASURES)
    if found is None:
        return
    if found.path:
        done.tell("entry_differs", entry=name, path=found.path, stated=found.stated, right=found.right)
    else:
        done.tell("line_differs", entry=name, line=found.line, stated=found.stated, right=found.right)
