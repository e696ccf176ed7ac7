"""Build every file of a round."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from distribution.services.exports.certificates import CERTIFICATES, render_certificates
from distribution.services.exports.crew_packs import crew_stem, render_crew_pack
from distribution.services.exports.layers import NETWORK, render_network, render_routes
from distribution.services.exports.map_page import render_map
from distribution.services.exports.map_sheets import render_map_drawings, render_maps
from distribution.services.exports.outcome import RoundOutcome, TruckDay
from distribution.services.exports.plan_json import render_plan_json
from distribution.services.exports.release_orders import render_orders
from distribution.services.exports.remedies import render_actions, render_remedies
from distribution.services.exports.unserved import render_unserved
from distribution.services.exports.workbook import render_allotments_csv, render_workbook
from distribution.services.progress import Phase, Reporter
from distribution.store.repositories.files import NewFile

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
BUNDLE = "bundle.zip"
CREW_FOLDER = "crew/"
RELEASE_ORDERS = "release_orders.pdf"

#: Path -> media type and renderer.
Renderers = Mapping[str, tuple[str, Callable[[RoundOutcome], bytes]]]

#: What came of a round. It is frozen in the bundle, and stands beside it with the same bytes; ``taavon verify`` renders
#: it anew from what the round started from.
RESULTS: Renderers = {
    "allotments.csv": ("text/csv", render_allotments_csv),
    CERTIFICATES: ("application/jsonl", render_certificates),
    "plan.json": ("application/json", render_plan_json),
    "summary.json": ("application/json", lambda outcome: outcome.summary.to_json()),
    "unserved.csv": ("text/csv", render_unserved),
}

#: What is made from it for people and programs. It is not in the bundle: some of it bears the bundle's root hash.
PAPERS: Renderers = {
    "actions.csv": ("text/csv", render_actions),
    "allotments.xlsx": (XLSX, render_workbook),
    "map.html": ("text/html", render_map),
    "maps.pdf": ("application/pdf", render_maps),
    "maps.zip": ("application/zip", render_map_drawings),
    NETWORK: ("application/geopackage+sqlite3", render_network),
    RELEASE_ORDERS: ("application/pdf", render_orders),
    "remedies.csv": ("text/csv", render_remedies),
    "routes.geojson": ("application/geo+json", render_routes),
}


def list_files(outcome: RoundOutcome) -> tuple[str, ...]:
    """List the paths of the files of a round, in order."""
    crews = (_crew_path(outcome, truck) for truck in outcome.truck_days)
    return tuple(sorted([BUNDLE, *RESULTS, *_papers(outcome), *crews]))


def build_files(
    outcome: RoundOutcome, bundle: bytes, results: Mapping[str, bytes], reporter: Reporter
) -> tuple[NewFile, ...]:
    """Build the files of a round around its bundle, whose root hash the outcome bears.

    Parameters
    ----------
    bundle
        The bundle's file.
    results
        Its entries; those of :data:`RESULTS` are kept beside it too.
    """
    files = [NewFile(BUNDLE, "application/zip", bundle)]
    files += [NewFile(path, media_type, results[path]) for path, (media_type, _) in RESULTS.items()]
    papers = _papers(outcome)
    steps = len(files) + len(papers) + len(outcome.truck_days)
    for path, (media_type, render) in papers.items():
        files.append(NewFile(path, media_type, render(outcome)))
        reporter.report(Phase.EXPORT, len(files) / steps)
    for truck in outcome.truck_days:
        files.append(NewFile(_crew_path(outcome, truck), "application/zip", render_crew_pack(outcome, truck)))
        reporter.report(Phase.EXPORT, len(files) / steps)
    reporter.report(Phase.EXPORT, 1.0)
    return tuple(files)


def _papers(outcome: RoundOutcome) -> Renderers:
    """Leave out the release orders where every outlet is delivered to, and the remedies where no load waits."""
    idle = set() if outcome.deliveries.collections else {RELEASE_ORDERS}
    idle |= set() if outcome.deliveries.plan.unserved else {"actions.csv", "remedies.csv"}
    return {path: how for path, how in PAPERS.items() if path not in idle}


def _crew_path(outcome: RoundOutcome, truck: TruckDay) -> str:
    return f"{CREW_FOLDER}{crew_stem(outcome, truck)}.zip"
