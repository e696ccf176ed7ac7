"""Options of the commands that measure ways on real roads."""

# ruff: noqa: PLC0415 - what is slow to load is imported by the command that needs it

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from api.terminal import err, finite, out, say
from distribution.domain.enums import Language
from distribution.messages import render_message

if TYPE_CHECKING:
    from distribution.domain.dataset import Dataset
    from distribution.services.people_travel import PeopleRoads
    from distribution.services.roads import MeasuredRoads
    from gis.travel.engine import RoadEngine

_ENGINE = typer.Option(
    "--travel",
    metavar="ENGINE",
    help="measure ways on real roads: valhalla:DIR (made by taavon roads build), valhalla:http://HOST:PORT or "
    "osrm:http://HOST:PORT",
)
Engine = Annotated[str, _ENGINE]
EngineOrNone = Annotated[str | None, _ENGINE]
TruckTonnes = Annotated[
    float | None,
    typer.Option(min=0.1, max=100, callback=finite, help="mass of the truck with its load, t [default: Valhalla's]"),
]
TruckHeight = Annotated[
    float | None, typer.Option(min=0.5, max=10, callback=finite, help="height of the truck, m [default: Valhalla's]")
]


class Traveller(StrEnum):
    """How people come to an outlet."""

    CAR = "car"
    FOOT = "foot"


TravelsBy = Annotated[Traveller, typer.Option("--by", help="with --travel valhalla: how people come to an outlet")]


def open_people_travel(name: str, by: Traveller) -> PeopleRoads:
    """Open the engine that the options name, for the ways of people."""
    from distribution.services.people_travel import PeopleRoads
    from distribution.services.roads import cache_folder, open_engine
    from gis.travel.valhalla import By

    return PeopleRoads(open_engine(name, by={Traveller.CAR: By.CAR, Traveller.FOOT: By.FOOT}[by]), cache_folder())


def open_travel(name: str, tonnes: float | None, height: float | None) -> RoadEngine:
    """Open the engine that the options name."""
    from distribution.services.roads import open_engine
    from gis.travel.valhalla import Truck

    return open_engine(name, Truck(tonnes, height))


def measure_travel(dataset: Dataset, engine: RoadEngine, lang: Language) -> MeasuredRoads:
    """Measure the ways of a network, and show how far it is."""
    from api.console_findings import print_findings
    from distribution.services.roads import cache_folder, measure_roads, roads_in_words

    with roads_in_words():
        label = engine.label
    say("roads.measuring", lang, places=len(dataset.warehouses) + len(dataset.outlets), label=label)
    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn(), TimeRemainingColumn())
    with Progress(*columns, console=out, transient=True) as bars:
        task = bars.add_task(render_message("roads.progress", lang.locale), total=1.0)
        found = measure_roads(dataset, engine, lambda part: bars.update(task, completed=part), cache=cache_folder())
    print_findings(err, found.findings, lang.locale)
    return found
