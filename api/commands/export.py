"""The command ``taavon export``."""

# ruff: noqa: PLC0415 - what is slow to load is imported by the command that needs it

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from api.terminal import Lang, errors_in_words, require_day, say
from distribution.domain.enums import Language
from distribution.domain.map_format import MapFormat


def export(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="folder of a run")],
    out_folder: Annotated[Path, typer.Option("--out", metavar="DIR2", help="new folder for the files")],
    formats: Annotated[
        list[MapFormat] | None, typer.Option("--format", help="as often as wanted [default: gpkg]")
    ] = None,
    trucks: Annotated[
        list[str] | None, typer.Option("--truck", metavar="TRUCK", help="a truck by name, e.g. V-MASHHAD-T6-2")
    ] = None,
    days: Annotated[list[str] | None, typer.Option("--day", metavar="DATE", help="a day, Jalali or Gregorian")] = None,
    round_code: Annotated[str | None, typer.Option("--round", help="round [default: the latest]")] = None,
    lang: Lang = Language.EN,
) -> None:
    """Take map files out of a round: of the whole network, or with --truck and --day of each of these trucks and days."""
    from distribution.services.export_maps import export_maps
    from distribution.services.whole_folder import require_new_folder, write_new_folder

    with errors_in_words(lang):
        require_new_folder(out_folder)
        files = export_maps(
            folder,
            tuple(dict.fromkeys(formats or [MapFormat.GPKG])),
            trucks=tuple(dict.fromkeys(trucks or ())),
            days=tuple(dict.fromkeys(require_day("--day", day) for day in days or ())),
            round_code=round_code,
        )
        write_new_folder(out_folder, files)
    say("export.written", lang, count=len(files), folder=out_folder)
