"""Take map files out of a kept round: of the whole network, or of some trucks' days, in the formats asked for."""

from __future__ import annotations

import datetime as dt
import io
import zipfile
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path, PurePosixPath

from distribution.domain.enums import Severity
from distribution.domain.errors import InputError, NotFoundError
from distribution.domain.findings import Finding, Several, Where
from distribution.domain.map_format import MapFormat
from distribution.messages import Locale
from distribution.services.exports.build import CREW_FOLDER
from distribution.services.exports.layers import NETWORK
from distribution.services.opened_run import opened_run
from distribution.store.unit_of_work import Transaction
from gis.export.geojson import render_geojson
from gis.export.geopackage import read_geopackage
from gis.export.gpx import GpxPoint, render_gpx
from gis.export.kml import render_kml, render_kmz
from gis.export.layers import Layer

#: Formats that a whole network is exported in, and those of a truck's day.
NETWORK_FORMATS = tuple(kind for kind in MapFormat if kind is not MapFormat.CSV)
CREW_FORMATS = tuple(kind for kind in MapFormat if kind is not MapFormat.SVG)
#: Files of a round that are exported as they are: maps for print, and drawings of them in a zip.
_PRINTED, _DRAWINGS = "maps.pdf", "maps.zip"
#: Layers of the network that are places to go to.
_PLACES = ("outlets", "warehouses")
_MOST_NAMED = 8


def export_maps(
    folder: Path,
    formats: Sequence[MapFormat],
    *,
    trucks: Collection[str] = (),
    days: Collection[dt.date] = (),
    round_code: str | None = None,
) -> dict[str, bytes]:
    """Render the map files of a round, the latest by default, by name.

    Parameters
    ----------
    folder
        Of a run.
    formats
        Those wanted.
    trucks, days
        Trucks by name and days to export, a set of files for each truck and day; without both, the whole network.

    Raises
    ------
    NotFoundError
        ``no_round_kept`` or ``round_unknown``.
    StateError
        ``no_previous`` if the folder holds no run.
    InputError
        ``truck_without_pack`` and ``day_without_pack`` for each truck and day that has none, ``format_of_trucks`` for
        each format that a whole network is not exported in.
    """
    with opened_run(folder) as uow, uow.read() as tx:
        found = tx.rounds.latest() if round_code is None else tx.rounds.get(round_code)
        if found is None:
            raise NotFoundError("no_round_kept", folder=str(folder))
        if trucks or days:
            _require_known_formats(formats, CREW_FORMATS, "format_of_network")
            return dict(_crew_files(tx, found.require_id(), formats, trucks, days))
        _require_known_formats(formats, NETWORK_FORMATS, "format_of_trucks")
        paths = {MapFormat.PDF: _PRINTED, MapFormat.SVG: _DRAWINGS}
        wanted = {NETWORK, *(paths[kind] for kind in formats if kind in paths)}
        kept = {path: tx.files.get(found.require_id(), path).content for path in wanted}
        locale = tx.datasets.load(found.dataset_version).settings.language.locale
    return dict(_network_files(kept, found.code, locale, formats))


def _require_known_formats(formats: Sequence[MapFormat], known: Sequence[MapFormat], code: str) -> None:
    told = Several(tuple(kind.value for kind in known))
    if wrong := [_refuse(code, "--format", kind.value, formats=told) for kind in formats if kind not in known]:
        raise InputError(tuple(wrong))


def _network_files(
    kept: Mapping[str, bytes], title: str, locale: Locale, formats: Sequence[MapFormat]
) -> Iterator[tuple[str, bytes]]:
    stem = PurePosixPath(NETWORK).stem
    layers = [_named(layer, locale) for layer in read_geopackage(kept[NETWORK])]
    for wanted in formats:
        name = f"{stem}.{wanted.value}"
        if wanted is MapFormat.GPKG:
            yield name, kept[NETWORK]
        elif wanted is MapFormat.PDF:
            yield _PRINTED, kept[_PRINTED]
        elif wanted is MapFormat.SVG:
            yield from _unpacked(kept[_DRAWINGS])
        elif wanted is MapFormat.GEOJSON:
            yield from ((f"{layer.name}.geojson", render_geojson(layer)) for layer in layers)
        elif wanted is MapFormat.GPX:
            yield name, render_gpx(title, [*_waypoints(layers)], [])
        else:
            kml = render_kml(title, layers)
            yield name, kml if wanted is MapFormat.KML else render_kmz(kml)


def _unpacked(archive: bytes) -> Iterator[tuple[str, bytes]]:
    with zipfile.ZipFile(io.BytesIO(archive)) as opened:
        yield from ((name, opened.read(name)) for name in opened.namelist())


def _named(layer: Layer, locale: Locale) -> Layer:
    """Return a layer with a column ``name``: that of the language, or the truck's where features have none."""
    column = next(name for name in (f"name_{locale}", "truck", "code") if name in layer.frame)
    return replace(layer, frame=layer.frame.assign(name=layer.frame[column]))


def _waypoints(layers: Sequence[Layer]) -> Iterator[GpxPoint]:
    """Yield outlets and warehouses, each by its name and code: a list of places for a phone."""
    for layer in layers:
        if layer.name in _PLACES:
            frame = layer.frame
            for name, code, shape in zip(frame["name"], frame["code"], frame.geometry, strict=True):
                yield GpxPoint(f"{name} ({code})", shape.x, shape.y, layer.title)


def _crew_files(
    tx: Transaction, round_id: int, formats: Sequence[MapFormat], trucks: Collection[str], days: Collection[dt.date]
) -> Iterator[tuple[str, bytes]]:
    stems = [PurePosixPath(file.path).stem for file in tx.files.list(round_id) if file.path.startswith(CREW_FOLDER)]
    named = {stem: (dt.date.fromisoformat(stem[:10]), stem[11:]) for stem in stems}
    _require_known(named.values(), trucks, days)
    for stem, (day, truck) in named.items():
        if (trucks and truck not in trucks) or (days and day not in days):
            continue
        pack = tx.files.get(round_id, f"{CREW_FOLDER}{stem}.zip").content
        with zipfile.ZipFile(io.BytesIO(pack)) as archive:
            for wanted in formats:
                if wanted is MapFormat.KMZ:
                    yield f"{stem}.kmz", render_kmz(archive.read(f"{stem}.kml"))
                else:
                    yield f"{stem}.{wanted.value}", archive.read(f"{stem}.{wanted.value}")


def _require_known(packs: Collection[tuple[dt.date, str]], trucks: Collection[str], days: Collection[dt.date]) -> None:
    """Refuse all trucks and days at once that no pack is of."""
    known_days, known_trucks = ({pack[part] for pack in packs} for part in (0, 1))
    findings = [
        _refuse("truck_without_pack", "--truck", name, trucks=Several(tuple(sorted(known_trucks)[:_MOST_NAMED])))
        for name in trucks
        if name not in known_trucks
    ]
    findings += [
        _refuse("day_without_pack", "--day", day.isoformat(), days=Several(tuple(sorted(known_days)[:_MOST_NAMED])))
        for day in days
        if day not in known_days
    ]
    if not findings and not any((not trucks or t in trucks) and (not days or d in days) for d, t in packs):
        both = ", ".join([*trucks, *(day.isoformat() for day in days)])
        findings.append(_refuse("truck_not_on_day", "--truck", both))
    if findings:
        raise InputError(tuple(findings))


def _refuse(code: str, option: str, value: str, **params: Several) -> Finding:
    return Finding(Severity.ERROR, code, Where(column=option, value=value), params)
