"""The command ``taavon siting``."""

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
from distribution.domain.catchments import SitingGoal, SitingOptions
from distribution.domain.enums import Language
from distribution.domain.errors import InputError, UnavailableError
from distribution.messages import render_message


def siting(
    source: Annotated[Path, typer.Argument(metavar="INPUT", help="folder of CSV files, or an XLSX workbook")],
    residents: Residents,
    new: Annotated[int, typer.Option("--new", min=1, max=1000, help="outlets to open")] = 3,
    goal: Annotated[
        SitingGoal, typer.Option(help="shorter ways for all, or most people within reach")
    ] = SitingGoal.WAY,
    reach: Annotated[float, typer.Option(min=0.1, max=1000, callback=finite, help="what is within reach, km")] = 10.0,
    candidates: Annotated[
        int, typer.Option(min=1, max=5000, help="cells with the most people that may get an outlet")
    ] = 300,
    within_areas: WithinAreas = None,
    policy_code: PolicyCode = None,
    side: Side = 1000,
    layer: Layer = None,
    areas: Areas = None,
    file: Annotated[Path | None, typer.Option("--out", metavar="FILE.csv", help="CSV of the new outlets")] = None,
    travel: EngineOrNone = None,
    by: TravelsBy = Traveller.CAR,
    as_json: Annotated[bool, typer.Option("--json", help="print JSON, and nothing else")] = False,
    lang: Lang = Language.EN,
) -> None:
    """Find where new outlets would help most, and how near that is to the best possible."""
    from distribution.intake.reading import Purpose, read_dataset
    from distribution.services.policies import keeps_within_areas
    from distribution.services.residents import ResidentSource, read_residents
    from distribution.services.site_outlets import (
        describe_siting,
        list_sites,
        render_sites,
        site_outlets,
        to_document,
    )

    with errors_in_words(lang):
        roads = None if travel is None else open_people_travel(travel, by)
        result = read_dataset(source, Purpose.CATCHMENTS)
        if result.dataset is None:
            raise InputError(result.findings)
        table, notes = read_residents(ResidentSource(residents, side, layer, areas), result.dataset)
        print_findings(err, (*result.findings, *notes), lang.locale)
        within = keeps_within_areas(result.dataset, policy_code, within_areas)
        report = site_outlets(result.dataset, table, SitingOptions(new, goal, reach, candidates, within), roads)
        if file is not None:
            try:
                file.write_bytes(render_sites(report))
            except OSError as error:
                raise UnavailableError(
                    "file_unwritable", file=str(file), reason=error.strerror or str(error)
                ) from error
    if as_json:
        typer.echo(json.dumps(to_document(report), ensure_ascii=False, sort_keys=True, indent=2))
        return
    if report.sites:
        print_table(out, render_message("siting.heading", lang.locale), list_sites(report, result.dataset, lang.locale))
    out.print(describe_siting(report, lang.locale), highlight=False, markup=False)
    if file is not None:
        say("siting.written", lang, file=file)
