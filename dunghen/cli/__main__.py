"""The operator's command: `dunghen …` (`architecture.md` §8). Options and texts here; the work is in the modules beside."""

from __future__ import annotations

import asyncio
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from dunghen.cli.audit.options import audit
from dunghen.cli.boundaries.options import boundaries
from dunghen.cli.data_folder import CommandError, DataFolder
from dunghen.cli.dead_letters.options import letters
from dunghen.cli.facts.options import facts
from dunghen.cli.kafka_rights.options import kafka_rights
from dunghen.cli.keys.options import keys
from dunghen.cli.look_ahead.options import look_ahead
from dunghen.cli.notices.options import notices
from dunghen.cli.open_data.options import exports
from dunghen.cli.people.options import people
from dunghen.cli.policies.options import policies
from dunghen.cli.procedures.options import procedures
from dunghen.cli.rankings.options import rankings
from dunghen.cli.speaking import DATA, Data, Ingest, KeyFile, say
from dunghen.cli.units.options import units
from dunghen.domain.policy import PolicyError
from dunghen.platform import logs
from dunghen.platform.kafka import TooFewBrokers, Unreachable, WrongPartitions
from dunghen.platform.kafka_connection import NO_RIGHT
from dunghen.platform.local.servers import NotStarted
from dunghen.platform.settings import SettingsError

app = typer.Typer(
    name="dunghen",
    help="Đúng Hẹn: the live institutional map of a city.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


@app.command()
def up(
    port: Annotated[int, typer.Option(help="the map and the API")] = 8000,
    ingest_port: Annotated[int, typer.Option(help="where one-stop systems send")] = 8010,
    data: Data = DATA,
    city: Annotated[str, typer.Option(help="demo, none or FILE.toml")] = "demo",
    speed: Annotated[float | None, typer.Option(help="how fast the city's clock runs")] = None,
    clock: Annotated[str | None, typer.Option(help="the city's time at the start, like 2019-10-01T08:00")] = None,
    kafka: Annotated[str, typer.Option(help="HOST:PORT of a broker from outside")] = "",
    redis: Annotated[str, typer.Option(help="URL of a Redis from outside")] = "",
    mongo: Annotated[str, typer.Option(help="URL of a MongoDB; without: SQLite files")] = "",
    days: Annotated[int, typer.Option(help="demo: how many past days are told")] = 45,
    per_day: Annotated[int, typer.Option(help="demo: dossiers a working day")] = 2000,
    insecure_ingest: Annotated[bool, typer.Option(help="ingest, on this machine alone, also takes deliveries without a key")] = True,
) -> None:
    """Start what is not given from outside, then the services; Ctrl-C stops all in order."""
    from dunghen.cli.up import Wishes, run

    run(Wishes(port, ingest_port, data, city, speed, clock, kafka, redis, mongo, days, per_day, insecure_ingest), say)


@app.command()
def simulate(
    days: Annotated[int, typer.Option(help="past days told first, at full speed, if this city has told nothing yet")] = 45,
    per_day: Annotated[int, typer.Option(help="dossiers a working day")] = 2000,
    seed: Annotated[int, typer.Option(help="the same seed makes the same city")] = 7,
    rate: Annotated[float, typer.Option(help="instead: a steady load of so many events a second")] = 0,
    seconds: Annotated[float | None, typer.Option(help="with --rate: for so long")] = None,
    past_only: Annotated[bool, typer.Option("--past-only", help="stop when the past is told")] = False,
    speed: Annotated[float | None, typer.Option(help="from now on the city's clock runs so fast, for all its processes")] = None,
    ingest: Ingest = "",
    key_file: KeyFile = None,
    data: Data = DATA,
) -> None:
    """Tell a made-up city to ingest, over HTTP in the real wire format."""
    from dunghen.cli.simulate.command import Orders, run

    folder = DataFolder(data.absolute())
    if speed is not None:
        folder.set_speed(speed)
    run(folder, Orders(days, per_day, seed, rate, seconds, past_only, ingest, key_file), say)


@app.command()
def replay(
    file: Annotated[Path, typer.Argument(help="CSV or JSONL of dossiers, steps or CloudEvents")],
    mapping: Annotated[Path | None, typer.Option(help="TOML file that says which column is what")] = None,
    ingest: Ingest = "",
    key_file: KeyFile = None,
    page: Annotated[str, typer.Option(help="with --ingest, where the mapping brings its own city: URL of the map")] = "",
    data: Data = DATA,
) -> None:
    """Send real dossiers or an event log to ingest; a stopped replay goes on where it was, by what stands in --data."""
    from dunghen.cli.replay.driver import Orders
    from dunghen.cli.replay.driver import replay as work
    from dunghen.cli.replay.mapping import read_mapping

    orders = Orders(file, read_mapping(mapping) if mapping else None, ingest, key_file, page)
    summary = asyncio.run(work(DataFolder(data.absolute()), orders, say))
    for line in summary.lines():
        say(line)


@app.command()
def recompute(
    source: Annotated[str, typer.Option("--from", help="FILE.jsonl of events, or kafka")] = "kafka",
    as_of: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="the day at whose end to count; default: today")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="everything, as one JSON document")] = False,
    city: Annotated[str, typer.Option(help="with a file, where no city runs: whose units and calendar")] = "demo",
    data: Data = DATA,
) -> None:
    """The same numbers by an independent batch path: SQL over the raw events."""
    from dunghen.cli.recompute.command import Wanted, run

    asyncio.run(run(DataFolder(data.absolute()), Wanted(source, as_of.date() if as_of else None, as_json, city), say))


@app.command()
def reconcile(
    as_json: Annotated[bool, typer.Option("--json", help="as one JSON document")] = False,
    keep: Annotated[bool, typer.Option("--keep", help="keep the result: the map, the monthly sheets and the metrics show it")] = False,
    daily: Annotated[
        datetime | None, typer.Option(formats=["%H:%M"], metavar="HH:MM", help="for ever: each day at this local time; keeps its results")
    ] = None,
    now: Annotated[bool, typer.Option("--now", help="with --daily: the first at once")] = False,
    page: Annotated[str, typer.Option(help="URL of a map that `up` did not start; Kafka is then DUNGHEN_KAFKA")] = "",
    data: Data = DATA,
) -> None:
    """Compare the live map with the batch path at one exact cut; exit 0 only when nothing differs."""
    from dunghen.cli.reconcile.command import City, every_day
    from dunghen.cli.reconcile.command import reconcile as work

    city = City.of(DataFolder(data.absolute()), page)
    if daily is not None:
        if now:
            asyncio.run(work(city, say, as_json=as_json, keep=True))
        asyncio.run(every_day(city, daily.time(), say, as_json=as_json))
    raise typer.Exit(asyncio.run(work(city, say, as_json=as_json, keep=keep)))


@app.command()
def bench(
    what: Annotated[str, typer.Argument(help="ingest, scoring, recovery, e2e, sse, growth, alerts, explanation or map")],
    events: Annotated[
        int | None,
        typer.Option(
            help="how many; recovery, alerts, explanation: dossiers; e2e: so many a second beside; sse: readers; map: requests a second"
        ),
    ] = None,
    runs: Annotated[int, typer.Option(help="the median of so many")] = 3,
    peers: Annotated[
        bool, typer.Option("--peers", help="scoring: the same job on other systems too; fails if they count otherwise")
    ] = False,
    dossiers: Annotated[int, typer.Option(help="growth: so many are held in two of its cases, ten times as many in the third")] = 1_000_000,
    units: Annotated[int, typer.Option(help="growth: so many localities in one of its cases")] = 3321,
    keep: Annotated[
        Path | None, typer.Option(help="growth: its steps are kept in this folder, and it goes on where it was stopped")
    ] = None,
) -> None:
    """Measure on real parts of its own; one JSON line a measurement."""
    from dunghen.cli.bench.command import Wanted, run

    run(Wanted(what, events, runs, peers, dossiers, units, keep), say)


@app.command()
def prepare(
    city: Annotated[str, typer.Option(help="demo, none or FILE.toml: published if there is no policy yet")] = "none",
    replication: Annotated[int | None, typer.Option(help="replicas of each partition; without: DUNGHEN_REPLICATION (1)")] = None,
    key_folder: Annotated[
        Path | None, typer.Option(help="folder that gets a key for the city's code as SOURCE.key, mode 0600, at the first start")
    ] = None,
    work: Annotated[
        Path | None, typer.Option(help="`--work` of `erase`: while a copy waits there nothing is made; without: DUNGHEN_DATA")
    ] = None,
) -> None:
    """Create the topics and publish the city's first policies, as `DUNGHEN_*` says (for compose and clusters; `up` does it by itself)."""
    from dunghen.cli.erase.place import none_unfinished
    from dunghen.cli.keys.command import ensure_source_key
    from dunghen.cli.prepare import prepare as made_ready
    from dunghen.contracts.city_files import read_city
    from dunghen.platform.clock import clock_from
    from dunghen.platform.settings import PlatformSettings, load

    settings = load(PlatformSettings, **({} if replication is None else {"replication": replication}))
    none_unfinished(work or settings.data)
    bodies = read_city(city)
    created = asyncio.run(made_ready(settings, bodies, clock_from(settings.clock_file)))
    say(f"topics created: {', '.join(created) or 'none, all were there'}")
    if key_folder:
        source = bodies["city"]["code"]
        file = key_folder / f"{source}.key"
        made = asyncio.run(ensure_source_key(settings, source, file))
        say(f"key of the source {source}: {f'made, in {file}' if made else 'was there'}")


@app.command()
def rebuild(
    partitions: Annotated[int | None, typer.Option(min=1, max=1024, help="from now on so many; more than now; without: as it is")] = None,
    data: Data = DATA,
) -> None:
    """With all services stopped: add partitions, and have everything counted anew from the raw events. Nothing raw is deleted."""
    from dunghen.cli.rebuild.command import run

    asyncio.run(run(DataFolder(data.absolute()), partitions, say))


@app.command()
def backup(folder: Annotated[Path, typer.Argument(help="a new one; guard it as you guard Kafka")], data: Data = DATA) -> None:
    """Of a running city: all topics that scoring does not write, and what stores alone know, into compressed files with their digests."""
    from dunghen.cli.backup.command import back_up

    asyncio.run(back_up(DataFolder(data.absolute()), folder.absolute(), say))


@app.command()
def restore(
    folder: Annotated[Path, typer.Argument(help="of a backup")],
    replication: Annotated[int | None, typer.Option(help="replicas of each partition; without: as many as there were")] = None,
    data: Data = DATA,
) -> None:
    """With all services stopped: a backup into Kafka, Redis and stores that hold nothing (DUNGHEN_KAFKA …), else into a new data folder."""
    from dunghen.cli.backup.command import put_back

    asyncio.run(put_back(DataFolder(data.absolute()), folder.absolute(), replication, say))


@app.command()
def erase(
    codes: Annotated[list[str], typer.Argument(metavar="CODE…", help="of dossiers")],
    work: Annotated[
        Path | None, typer.Option(help="folder, on a disk that stays: the only copy stands there meanwhile; a city of `up`: without")
    ] = None,
    data: Data = DATA,
) -> None:
    """With all services stopped: take dossiers out of all topics, stores, history and the audit log; say which backups still hold them."""
    from dunghen.cli.erase.command import run

    asyncio.run(run(DataFolder(data.absolute()), codes, work.absolute() if work else None, say))


app.add_typer(policies, name="policies")
app.add_typer(units, name="units")
app.add_typer(boundaries, name="boundaries")
app.add_typer(facts, name="facts")
app.add_typer(people, name="people")
app.add_typer(procedures, name="procedures")
app.add_typer(rankings, name="rankings")
app.add_typer(keys, name="keys")
app.add_typer(kafka_rights, name="kafka-rights")
app.add_typer(notices, name="notices")
app.add_typer(audit, name="audit")
app.add_typer(exports, name="export")
app.add_typer(look_ahead, name="look-ahead")
app.add_typer(letters, name="dead-letters")


@app.command()
def doctor(
    page: str = typer.Option("", help="URL of a map that `up` did not start; Kafka and Redis are then those of the surroundings"),
    ingest: str = typer.Option("", help="URL of its ingest"),
    data: Data = DATA,
) -> None:
    """What is missing, unreachable or set so that it will lose something, and the command that mends it."""
    from dunghen.cli.doctor.command import examine
    from dunghen.cli.doctor.finding import Elsewhere

    findings = list(examine(DataFolder(data.absolute()), Elsewhere(page, ingest) if page or ingest else None))
    for finding in findings:
        say(f"{'ok  ' if finding.good else 'MISS'}  {finding.what}" + ("" if finding.good else f"\n      {finding.mend}"))
    raise typer.Exit(0 if all(f.good for f in findings) else 1)


@app.command(name="mail-sink", hidden=True)
def mail_sink(port: int = typer.Option(...), folder: Path = typer.Option(...)) -> None:  # noqa: B008 - typer's way
    """The demo's mail server: writes every mail to a file."""
    from dunghen.cli.mail_sink import serve

    asyncio.run(serve(port, folder))


def main() -> None:
    """Entry point: faults that a user can mend are one sentence."""
    logs.configure("dunghen", "warning")
    logs.quiet("aiokafka")  # while Kafka is not up yet we say so ourselves
    try:
        app()
    except (CommandError, PolicyError, SettingsError, NotStarted, TooFewBrokers, Unreachable, WrongPartitions) as fault:
        raise SystemExit(f"dunghen: {fault}") from None
    except NO_RIGHT as fault:
        hint = "whose it is says `dunghen kafka-rights show`, else an administrator's"
        raise SystemExit(f"dunghen: Kafka refused this to DUNGHEN_KAFKA_USER ({type(fault).__name__}): {hint}") from None


if __name__ == "__main__":
    main()
