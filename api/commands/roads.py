"""The commands ``taavon roads build``, ``taavon roads measure`` and ``taavon roads fit``."""

# ruff: noqa: PLC0415 - what is slow to load is imported by the command that needs it

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from api.road_options import Engine, TruckHeight, TruckTonnes, measure_travel, open_travel
from api.terminal import Lang, err, errors_in_words, out, say
from distribution.domain.enums import Language
from distribution.domain.errors import InputError

roads = typer.Typer(no_args_is_help=True, help="Ways on real roads instead of estimates from the straight line.")


@roads.command()
def build(
    extract: Annotated[Path, typer.Argument(metavar="MAP.osm.pbf", help="OpenStreetMap extract")],
    folder: Annotated[Path, typer.Option("--out", metavar="DIR", help="new folder for the roads")] = Path("roads"),
    lang: Lang = Language.EN,
) -> None:
    """Make the roads of a map ready for --travel valhalla; once for each map, then no network is needed."""
    from distribution.services.roads import build_roads
    from distribution.services.whole_folder import require_new_folder

    with errors_in_words(lang):
        require_new_folder(folder)
        build_roads(extract, folder)
    say("roads.built", lang, folder=folder)


@roads.command()
def measure(
    source: Annotated[Path, typer.Argument(metavar="INPUT", help="folder of CSV files, or an XLSX workbook")],
    engine: Engine,
    folder: Annotated[Path, typer.Option("--out", metavar="DIR", help="new folder for the network with its ways")],
    truck_tonnes: TruckTonnes = None,
    truck_height: TruckHeight = None,
    lang: Lang = Language.EN,
) -> None:
    """Measure the ways between all places of a network, and write it with them."""
    from api.console_findings import print_findings
    from distribution.intake.export import write_csv_folder
    from distribution.intake.reading import read_dataset
    from distribution.services.whole_folder import new_folder, require_new_folder

    with errors_in_words(lang):
        require_new_folder(folder)
        road_engine = open_travel(engine, truck_tonnes, truck_height)
        result = read_dataset(source)
        print_findings(err, result.findings, lang.locale)
        if result.dataset is None:
            raise InputError(result.findings)
        found = measure_travel(result.dataset, road_engine, lang)
        with new_folder(folder) as partial:
            write_csv_folder(found.dataset, partial)
    say("roads.written", lang, folder=folder)


@roads.command()
def fit(
    source: Annotated[Path, typer.Argument(metavar="INPUT", help="folder of CSV files, or an XLSX workbook")],
    known: Annotated[
        Path,
        typer.Option(
            metavar="FILE.csv",
            help="ways whose length is known: origin_code, destination_code (of outlets, warehouses or areas), km, minutes",
        ),
    ],
    folder: Annotated[Path, typer.Option("--out", metavar="DIR", help="new folder for the network with its ways")],
    lang: Lang = Language.EN,
) -> None:
    """Estimate all ways from a few that are known, by pairs of areas, and write the network with them."""
    from api.console_findings import print_findings
    from distribution.intake.export import write_csv_folder
    from distribution.intake.reading import read_dataset
    from distribution.services.fit_travel import describe_fit, fit_travel
    from distribution.services.whole_folder import new_folder, require_new_folder

    with errors_in_words(lang):
        require_new_folder(folder)
        result = read_dataset(source)
        print_findings(err, result.findings, lang.locale)
        if result.dataset is None:
            raise InputError(result.findings)
        fitted = fit_travel(result.dataset, known)
        with new_folder(folder) as partial:
            write_csv_folder(fitted.dataset, partial)
    out.print(describe_fit(fitted, lang.locale), highlight=False, markup=False)
    say("roads.fitted_written", lang, folder=folder)
