"""Verify a frozen round offline: the file, its hash, its link to the round before, and every number in it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from distribution.allocation.bundle import Bundle, BundleError, Fault, parse_root, read_bundle
from distribution.allocation.bundle_zip import MAX_BUNDLE_BYTES
from distribution.domain.enums import Severity
from distribution.domain.errors import InputError
from distribution.domain.findings import Finding, Where
from distribution.messages import Locale, render_message
from distribution.services.bundle_chain import check_chain
from distribution.services.bundle_round import current_versions
from distribution.services.plan_deliveries import SearchOptions, search_plan
from distribution.services.policy_words import name_policy
from distribution.services.progress import Reporter, SilentReporter
from distribution.services.recompute_bundle import Recomputed, recompute_bundle, render_recomputed
from distribution.services.sentences import spell_numbers
from optimizer.plan import Limits, Status


@dataclass(frozen=True)
class BundleRequest:
    """What to verify, and against what.

    Attributes
    ----------
    path
        The bundle's file.
    expect
        The root hash that stands on paper, or its beginning of at least 16 digits; None if there is none to hold
        against.
    previous
        The bundle of the round before, if its link is to be checked.
    resolve
        Whether to search for the plan again.
    """

    path: Path
    expect: str | None = None
    previous: Path | None = None
    resolve: bool = False


@dataclass(frozen=True)
class BundleCheck:
    """What was found: the bundle holds if and only if there is no fault.

    ``root`` is empty where the file is no bundle, ``policy`` (its name and code) where the shares could not be computed
    anew; ``notes`` say what could not be checked, or how far it holds.
    """

    root: str
    round_code: str
    policy: str
    previous: str | None
    allotments: int
    trips: int
    faults: tuple[str, ...]
    notes: tuple[str, ...]


def verify_bundle(request: BundleRequest, locale: Locale, reporter: Reporter | None = None) -> BundleCheck:
    """Verify a bundle.

    Raises
    ------
    InputError
        If a file cannot be read or is no zip at all, or the expected hash is none.
    SolverError
        If the second search ends without a plan.
    """
    expect = _parse_expected(request.expect)
    try:
        bundle = read_bundle(_read_file(request.path))
    except BundleError as error:
        return BundleCheck("", "", "", None, 0, 0, _words(error.faults, locale), ())
    faults: list[Fault] = []
    notes: list[Fault] = []
    if expect is not None and not bundle.root.startswith(expect):
        faults.append(Fault("root_differs", {"root": bundle.root, "expect": expect}))
    if request.previous is not None:
        _follow_chain(request.previous, bundle, faults, notes)
    notes += _compare_versions(bundle)
    done = recompute_bundle(bundle, locale)
    faults += done.faults
    if request.resolve and not done.faults:
        _resolve(bundle, done, reporter or SilentReporter(), faults, notes)
    return BundleCheck(
        root=bundle.root,
        round_code=bundle.manifest.round_code,
        policy=name_policy(done.allocation.policy, locale) if done.allocation else "",
        previous=bundle.manifest.previous,
        allotments=len(done.allocation.allotments) if done.allocation else 0,
        trips=len(done.loaded.plan.trips) if done.loaded else 0,
        faults=_words(faults, locale),
        notes=_words(notes, locale),
    )


def _parse_expected(text: str | None) -> str | None:
    try:
        return None if text is None else parse_root(text)
    except ValueError as error:
        raise InputError((Finding(Severity.ERROR, "root_malformed", Where(value=str(text))),)) from error


def _read_file(path: Path) -> bytes:
    def refuse(code: str, **params: str | int) -> InputError:
        where = Where(sheet=path.name, value=path.name)
        return InputError((Finding(Severity.ERROR, code, where, params),))

    try:
        if path.stat().st_size > MAX_BUNDLE_BYTES:
            raise refuse("bundle_too_large", limit_mb=MAX_BUNDLE_BYTES // 10**6)
        data = path.read_bytes()
    except OSError as error:
        raise refuse("file_unreadable" if path.exists() else "file_missing") from error
    if not data.startswith(b"PK"):
        raise refuse("bundle_no_zip")
    return data


def _follow_chain(path: Path, bundle: Bundle, faults: list[Fault], notes: list[Fault]) -> None:
    try:
        previous = read_bundle(_read_file(path))
    except BundleError as error:
        faults += [Fault("previous_unreadable", {"problem": str(error)})]
        return
    chain = check_chain(previous, bundle)
    faults += chain.faults
    notes += chain.notes


def _compare_versions(bundle: Bundle) -> list[Fault]:
    """Note what differs here from where the round was computed: the plan's tags and routes may differ with it."""
    made, here = bundle.manifest.versions, current_versions()
    apart = [
        f"{name} {made.get(name, '–')} ≠ {here.get(name, '–')}"
        for name in sorted(made.keys() | here.keys())
        if made.get(name) != here.get(name)
    ]
    return [Fault("versions_apart", {"versions": ", ".join(apart)})] if apart else []


def _resolve(bundle: Bundle, done: Recomputed, reporter: Reporter, faults: list[Fault], notes: list[Fault]) -> None:
    """Search for the plan again, if its search was bound by work alone, and compare what comes of it byte for byte."""
    manifest = bundle.manifest
    if done.posed is None or done.loaded is None:
        return
    if manifest.iterations is None or manifest.seconds is not None:
        notes.append(Fault("resolve_by_clock"))
        return
    if done.loaded.plan.status is not Status.ITERATION_LIMIT:
        notes.append(Fault("resolve_stopped"))
        return
    options = SearchOptions(Limits(iterations=manifest.iterations), manifest.seed)
    again = search_plan(done.posed.problem, options, reporter)
    outputs = render_recomputed(bundle, replace(done, loaded=replace(done.loaded, plan=again)))
    if outputs["plan.json"] != bundle.entries["plan.json"]:
        costs = {"stated": done.loaded.plan.scaled_cost, "cost": again.scaled_cost}
        faults.append(Fault("resolve_differs", costs))
    else:
        notes.append(Fault("resolve_same", {"iterations": manifest.iterations}))


def _words(faults: Iterable[Fault], locale: Locale) -> tuple[str, ...]:
    return tuple(
        render_message(f"bundle.fault.{fault.code}", locale, spell_numbers(fault.params, locale)) for fault in faults
    )
