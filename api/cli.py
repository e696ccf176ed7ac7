"""The command ``taavon``."""

# ruff: noqa: PLC0415 - what is slow to load is imported by the command that needs it

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import Annotated

import typer

from api.commands.absorb import absorb
from api.commands.admin import admin
from api.commands.apportion import apportion
from api.commands.audit import audit
from api.commands.bench import bench
from api.commands.catchments import catchments
from api.commands.compare import compare
from api.commands.costs import costs
from api.commands.explain import explain
from api.commands.export import export
from api.commands.frontier import frontier
from api.commands.receipts import receipts
from api.commands.replan import replan
from api.commands.retag import retag
from api.commands.roads import roads
from api.commands.route import route
from api.commands.siting import siting
from api.commands.stress import stress
from api.commands.suggest import suggest
from api.commands.turns import turns
from api.commands.verify import verify
from api.console_findings import print_findings
from api.road_options import EngineOrNone, TruckHeight, TruckTonnes, measure_travel, open_travel
from api.terminal import BAD_INPUT, FAILED, Lang, err, errors_in_words, fail, finite, out, say
from distribution.allocation.bundle import SHORT_DIGITS, group_root
from distribution.domain.enums import Language, Severity
from distribution.domain.errors import UnavailableError
from distribution.messages import render_message
from distribution.services.sentences import describe_error, spell_numbers

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, rich_markup_mode=None)
DEFAULT_SECONDS = 30.0


@app.command()
def run(
    source: Annotated[Path, typer.Argument(metavar="INPUT", help="folder of CSV files, or an XLSX workbook")],
    folder: Annotated[Path, typer.Option("--out", help="folder for the results")],
    seconds: Annotated[
        float | None,
        typer.Option(
            min=0,
            callback=finite,
            help="solver time of the whole plan [default: 30, or no limit with --iterations]; with both, whichever "
            "ends first",
        ),
    ] = None,
    iterations: Annotated[
        int | None, typer.Option(min=0, help="solver work; without --seconds the same plan on any machine")
    ] = None,
    seed: Annotated[int, typer.Option(min=0, help="seed of every random choice")] = 1,
    previous: Annotated[Path | None, typer.Option(help="results of an earlier run, to carry on from")] = None,
    round_code: Annotated[str | None, typer.Option("--round", help="round to run [default: the earliest left]")] = None,
    policy_code: Annotated[
        str | None,
        typer.Option("--policy", help="how to share, by a policy of the network [default: its policy default, if any]"),
    ] = None,
    workers: Annotated[int | None, typer.Option(min=1, help="cores [default: all]")] = None,
    overwrite: Annotated[bool, typer.Option(help="replace the results that are in the folder")] = False,
    travel: EngineOrNone = None,
    truck_tonnes: TruckTonnes = None,
    truck_height: TruckHeight = None,
    lang: Lang = Language.EN,
) -> None:
    """Run a round end to end: exact shares, a verified plan, and the files for planner, unions and trucks."""
    from api.console import ConsoleReporter, describe_diff, print_summary
    from distribution.intake.reading import read_dataset
    from distribution.services.exports.build import BUNDLE
    from distribution.services.plan_deliveries import SearchOptions
    from distribution.services.roads import RoadLines
    from distribution.services.run_folder import DATABASE, FolderRun, run_folder
    from distribution.services.run_round import RunOptions
    from optimizer.plan import Limits

    locale = lang.locale
    job = FolderRun(source, folder, previous, overwrite)
    limits = Limits(DEFAULT_SECONDS if seconds is None and iterations is None else seconds, iterations)
    options = RunOptions(SearchOptions(limits, seed, workers), round_code, policy_code)
    with errors_in_words(lang):
        job.require_free()
        engine = None if travel is None else open_travel(travel, truck_tonnes, truck_height)
        result = read_dataset(source)
        print_findings(err, result.findings, locale)
        dataset = result.dataset
        if dataset is None:
            count = sum(f.severity is Severity.ERROR for f in result.findings)
            fail(
                render_message("cli.rejected", locale, spell_numbers({"count": count, "input": source}, locale)),
                BAD_INPUT,
            )
        if dataset.settings.synthetic:
            out.print(render_message("cli.synthetic", locale), style="bold magenta", highlight=False)
        findings, lines = result.findings, None
        if engine is not None:
            measured = measure_travel(dataset, engine, lang)
            dataset, findings, lines = measured.dataset, (*findings, *measured.findings), RoadLines(engine)
        with ConsoleReporter(out, locale, dataset.settings.currency) as reporter:
            summary = run_folder(
                job,
                dataset,
                findings,
                options,
                reporter,
                locale=locale,
                on_imported=lambda diff: out.print(describe_diff(diff, locale), highlight=False),
                roads=lines,
            )
    print_summary(out, summary, locale)
    if lines is not None and lines.fault is not None:
        params = {"reason": describe_error(lines.fault, locale)}
        err.print(render_message("roads.straight", locale, params), style="yellow", highlight=False, markup=False)
    names = {"folder": folder, "db": folder / DATABASE}
    say("cli.done", lang, **names)
    root = summary.bundle_sha256
    say("bundle.made", lang, file=folder / BUNDLE, root=root, short=group_root(root, SHORT_DIGITS))
    say("cli.next_serve", lang, **names)


@app.command()
def template(
    file: Annotated[Path, typer.Argument(metavar="FILE.xlsx", help="workbook to write")], lang: Lang = Language.EN
) -> None:
    """Write an empty input workbook, with lists and notes in Persian and English."""
    from distribution.intake.template import render_template

    with errors_in_words(lang):
        try:
            file.write_bytes(render_template())
        except OSError as error:
            raise UnavailableError("file_unwritable", file=str(file), reason=error.strerror or str(error)) from error
    say("cli.template_written", lang, file=file)


@app.command("verify-plan")
def verify_plan_command(file: Annotated[Path, typer.Argument(metavar="PLAN.json")], lang: Lang = Language.EN) -> None:
    """Check every constraint and total of a plan anew; exit code 0 only if all hold."""
    from distribution.services.check_plan import check_plan_file

    with errors_in_words(lang):
        check = check_plan_file(file, lang.locale)
    for fault in check.faults:
        err.print(fault, style="red", highlight=False, markup=False)
    if check.faults:
        bad = spell_numbers({"file": file, "count": len(check.faults)}, lang.locale)
        fail(render_message("cli.plan_bad", lang.locale, bad))
    params = {"file": file, "trips": check.trips, "stops": check.stops, "waiting": check.waiting}
    say("cli.plan_ok", lang, **params)


@app.command()
def serve(
    database: Annotated[Path | None, typer.Option("--db", help="SQLite file [default: TAAVON_DATABASE_URL]")] = None,
    host: Annotated[str, typer.Option(help="address to listen on")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=1, max=65535, help="port to listen on")] = 8000,
    demo: Annotated[bool, typer.Option(help="load the Khorasan Razavi example into an empty database")] = False,
    lang: Lang = Language.EN,
) -> None:
    """Serve the API; without a broker, jobs run in child processes of this one."""
    import uvicorn

    from api.app import create_app
    from api.bootstrap import first_key
    from api.database_option import read_settings
    from api.listen import bind_sockets
    from api.runtime import open_database
    from distribution.services.example import DEMO_ROUND, import_example
    from distribution.store.engine import new_database

    with errors_in_words(lang):
        settings = read_settings(database)
        url = f"http://{f'[{host}]' if ':' in host else host}:{port}"
        sockets = bind_sockets(host, port)
        made = new_database(settings.database_url)
        with open_database(settings) as uow:
            if made is not None:
                say("cli.database_made", lang, db=made)
            if demo and import_example(uow):
                say("cli.demo_imported", lang, url=url, round=DEMO_ROUND)
            if key := first_key(uow):
                say("cli.first_key", lang, key=key)
        say("cli.serving", lang, url=url)
        server = uvicorn.Server(uvicorn.Config(create_app(settings), log_config=None, access_log=False))
        with suppress(KeyboardInterrupt):  # the way to stop it
            server.run(sockets=sockets)
        if not server.started:
            raise typer.Exit(FAILED)


@app.command()
def worker(
    concurrency: Annotated[int, typer.Option(min=1, help="jobs at a time")] = 1, lang: Lang = Language.EN
) -> None:
    """Run jobs as a Celery worker: extra ``celery``, with TAAVON_BROKER_URL naming Redis or RabbitMQ."""
    from api.jobs.worker import main as run_worker

    with errors_in_words(lang):
        run_worker(concurrency)


app.command("absorb")(absorb)
app.add_typer(admin, name="admin")
app.add_typer(audit, name="audit")
app.command("apportion")(apportion)
app.command("catchments")(catchments)
app.command("compare")(compare)
app.command("costs")(costs)
app.command("explain")(explain)
app.command("export")(export)
app.command("frontier")(frontier)
app.command("receipts")(receipts)
app.command("replan")(replan)
app.command("retag")(retag)
app.command("route")(route)
app.add_typer(bench, name="bench")
app.add_typer(roads, name="roads")
app.command("siting")(siting)
app.command("stress")(stress)
app.command("suggest")(suggest)
app.command("turns")(turns)
app.command("verify")(verify)
