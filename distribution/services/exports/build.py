"""Build every file of a round."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from distribution.services.exports.crew_packs import crew_stem, render_crew_pack
from distribution.services.exports.layers import render_network, render_routes
from distribution.services.exports.map_page import render_map
from distribution.services.exports.outcome import RoundOutcome
from distribution.services.exports.release_orders import render_orders
from distribution.services.exports.unserved import render_unserved
from distribution.services.exports.workbook import render_allotments_csv, render_workbook
from distribution.services.progress import Phase, Reporter
from distribution.services.summary import RoundSummary
from distribution.store.repositories.files import NewFile

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

#: Path -> media type and renderer of the files every round has; a renderer may find that there is nothing to show.
RENDERERS: dict[str, tuple[str, Callable[[RoundOutcome], bytes | None]]] = {
    "allotments.csv": ("text/csv", render_allotments_csv),
    "allotments.xlsx": (XLSX, render_workbook),
    "map.html": ("text/html", render_map),
    "network.gpkg": ("application/geopackage+sqlite3", render_network),
    "release_orders.pdf": ("application/pdf", render_orders),
    "routes.geojson": ("application/geo+json", render_routes),
    "unserved.csv": ("text/csv", render_unserved),
}


def build_files(
    outcome: RoundOutcome, plan_json: bytes, reporter: Reporter
) -> tuple[tuple[NewFile, ...], RoundSummary]:
    """Build the files of a round, and its summary that lists them."""
    files = [NewFile("plan.json", "application/json", plan_json)]
    steps = len(RENDERERS) + len(outcome.truck_days)
    for path, (media_type, render) in RENDERERS.items():
        if (content := render(outcome)) is not None:
            files.append(NewFile(path, media_type, content))
        reporter.report(Phase.EXPORT, len(files) / (steps + 1))
    for truck in outcome.truck_days:
        path = f"crew/{crew_stem(outcome, truck)}.zip"
        files.append(NewFile(path, "application/zip", render_crew_pack(outcome, truck)))
        reporter.report(Phase.EXPORT, len(files) / (steps + 1))
    reporter.report(Phase.EXPORT, 1.0)
    summary = replace(outcome.summary, files=tuple(sorted([*(file.path for file in files), "summary.json"])))
    files.append(NewFile("summary.json", "application/json", summary.to_json()))
    return tuple(files), summary
