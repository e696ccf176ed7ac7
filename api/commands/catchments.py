"""The command ``taavon catchments``."""

# ruff: noqa: PLC0415 - what is slow to load is imported by the command that needs it

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from api.console_findings import print_findings
from api.console_table import print_table
from api.resident_options import Areas, Layer, PolicyCode, Residents, Side, WithinAreas
from api.road_options import EngineOrNone, Traveller, TravelsBy, open_people_travel
from api.terminal import Lang, err, errors_in_words, finite, out, say
from distribution.domain.catchments import CatchmentMethod, CatchmentOptions
from distribution.domain.enums import Language
from distribution.domain.errors import InputError

_USUAL = CatchmentOptions()


def catchments(
    source: Annotated[Path, typer.Argument(metavar="INPUT", help="folder of CSV files, or an XLSX workbook")],
    residents: Residents,
    folder: Annotated[Path, typer.Option("--out", metavar="DIR", help="new folder for the results")],
    method: Annotated[CatchmentMethod, typer.Option(help="how people divide among outlets")] = _USUAL.method,
    within_areas: WithinAreas = None,
    policy_code: PolicyCode = None,
    side: Side = 1000,
    layer: Layer = None,
    areas: Areas = None,
    count: Annotated[int, typer.Option(min=1, max=200, help="most outlets looked at for a cell")] = _USUAL.count,
    max_km: Annotated[float | None, typer.Option(min=0.001, callback=finite, help="longest way, km")] = None,
    max_minutes: Annotated[float | None, typer.Option(min=0.1, callback=finite, help="longest way, minutes")] = None,
    attraction: Annotated[
        float, typer.Option(min=0, max=10, callback=finite, help="huff: power of an outlet's weight")
    ] = _USUAL.attraction,
    friction: Annotated[
        float, typer.Option(min=0, max=10, callback=finite, help="huff: power of the way")
    ] = _USUAL.friction,
    threshold: Annotated[
        float, typer.Option(min=0.1, max=10_000, callback=finite, help="balanced: way nobody goes any more, minutes")
    ] = _USUAL.threshold_minutes,
    slack: Annotated[
        float,
        typer.Option(min=0, max=10_000, callback=finite, help="capacity: percent above an outlet's part by weight"),
    ] = _USUAL.slack_percent,
    travel: EngineOrNone = None,
    by: TravelsBy = Traveller.CAR,
    as_json: Annotated[bool, typer.Option("--json", help="print the totals as JSON, and nothing else")] = False,
    lang: Lang = Language.EN,
) -> None:
    """Find which people each outlet serves, everybody counted once, and fill in the served populations."""
    from distribution.intake.reading import Purpose, read_dataset
    from distribution.services.catchment_files import (
        describe,
        list_tables,
        to_document,
        write_catchments,
    )
    from distribution.services.catchments import build_catchments
    from distribution.services.policies import keeps_within_areas
    from distribution.services.residents import ResidentSource, read_residents
    from distribution.services.whole_folder import require_new_folder

    with errors_in_words(lang):
        require_new_folder(folder)
        roads = None if travel is None else open_people_travel(travel, by)
        result = read_dataset(source, Purpose.CATCHMENTS)
        if result.dataset is None:
            raise InputError(result.findings)
        table, notes = read_residents(ResidentSource(residents, side, layer, areas), result.dataset)
        findings = (*result.findings, *notes)
        print_findings(err, findings, lang.locale)
        within = keeps_within_areas(result.dataset, policy_code, within_areas)
        options = CatchmentOptions(method, within, count, max_km, max_minutes, attraction, friction, threshold, slack)
        report = build_catchments(result.dataset, table, options, roads)
        write_catchments(folder, result.dataset, report, findings, lang.locale)
    if as_json:
        typer.echo(json.dumps(to_document(report), ensure_ascii=False, sort_keys=True, indent=2))
        return
    for heading, rows in list_tables(report, result.dataset, lang.locale):
        print_table(out, heading, rows)
    out.print(describe(report, lang.locale), highlight=False, markup=False)
    say("catchments.written", lang, folder=folder)
