"""Every package that an installation draws in has one version, named in constraints.txt."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from importlib.metadata import requires
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

#: What an environment made by ``make test`` has; the packages of the other extras are looked at by name only.
INSTALLED_EXTRAS = ("", "dev", "postgres", "celery", "bench", "grids")


@pytest.fixture(scope="module")
def project(checkout: Path) -> dict[str, object]:
    loaded: dict[str, object] = tomllib.loads((checkout / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return loaded


@pytest.fixture(scope="module")
def pins(checkout: Path) -> list[Requirement]:
    lines = (checkout / "constraints.txt").read_text(encoding="utf-8").splitlines()
    return [Requirement(line) for line in lines]


def named(project: dict[str, object], extras: Iterable[str]) -> list[Requirement]:
    """What the project asks for with some extras, its own name left out."""
    optional = project["optional-dependencies"]
    lists = [project["dependencies"] if extra == "" else optional[extra] for extra in extras]
    return [r for texts in lists for text in texts if (r := Requirement(text)).name != project["name"]]


def needed_below(roots: Iterable[Requirement]) -> dict[str, list[Requirement]]:
    """Follow the installed packages' own needs; give all that is asked of each package, by its name."""
    asked: dict[str, list[Requirement]] = {}
    waiting = [(root, "") for root in roots]
    seen = set()
    while waiting:
        requirement, extra = waiting.pop()
        if requirement.marker and not requirement.marker.evaluate({"extra": extra}):
            continue
        name = canonicalize_name(requirement.name)
        asked.setdefault(name, []).append(requirement)
        for part in ("", *requirement.extras):
            if (name, part) not in seen:
                seen.add((name, part))
                waiting += [(Requirement(text), part) for text in requires(name) or ()]
    return asked


def test_a_package_is_pinned_once_and_without_an_address(pins: list[Requirement]) -> None:
    names = [canonicalize_name(pin.name) for pin in pins]
    assert names == sorted(set(names))
    for pin in pins:
        assert pin.url is None
        assert [s.operator for s in pin.specifier] == ["=="], pin


def test_everything_that_is_installed_is_pinned_to_a_version_that_fits(
    project: dict[str, object], pins: list[Requirement]
) -> None:
    versions = {canonicalize_name(pin.name): next(iter(pin.specifier)).version for pin in pins}
    asked = needed_below(named(project, INSTALLED_EXTRAS))
    assert len(asked) > 80
    assert asked.keys() - versions.keys() == set()
    misfits = [str(r) for name, all_asked in asked.items() for r in all_asked if versions[name] not in r.specifier]
    assert misfits == []


def test_the_packages_of_every_extra_are_pinned_to_a_version_that_fits(
    project: dict[str, object], pins: list[Requirement]
) -> None:
    versions = {canonicalize_name(pin.name): next(iter(pin.specifier)).version for pin in pins}
    for requirement in named(project, project["optional-dependencies"]):
        assert versions[canonicalize_name(requirement.name)] in requirement.specifier, requirement
