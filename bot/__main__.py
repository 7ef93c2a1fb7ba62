"""The commands of the `paomo` program; heavy imports wait until a command needs them."""

import sys
from datetime import datetime
from pathlib import Path
from typing import Annotated, Literal

import typer

from bot import __version__
from bot.errors import UserError
from bot.words import Language
from market.database import DatabaseError, is_damage, told

app = typer.Typer(
    help="Paomo (泡沫) measures whether Chinese concept themes are being blown into bubbles.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"paomo {__version__}")
        raise typer.Exit


@app.callback()
def options(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="print the version")
    ] = False,
) -> None:
    """Paomo (泡沫) measures whether Chinese concept themes are being blown into bubbles."""


@app.command()
def demo(
    seed: Annotated[int, typer.Option(help="another seed, another simulated market")] = 8,
    language: Annotated[Language, typer.Option(help="language of the messages")] = "zh",
    out: Annotated[Path | None, typer.Option(help="folder for the messages and charts")] = None,
    keep: Annotated[
        Path | None, typer.Option(help="folder for its home, which `paomo ask` then answers from")
    ] = None,
) -> None:
    """Live through a simulated market, day by day, and show the chat of a reader."""
    from bot.demo import run

    run(seed, language, out, keep)


@app.command()
def ask(
    words: Annotated[list[str], typer.Argument(help='"白酒 怎么样", or a command: /why 机器人')],
    language: Annotated[
        Language | None, typer.Option(help="of the answer; default: [chats] language")
    ] = None,
) -> None:
    """Answer a question as the bot would, as text, from the home's store; nothing is changed."""
    from bot.asking import run_ask

    run_ask(" ".join(words), language)


@app.command("import")
def import_command(
    bars: Annotated[Path, typer.Option(help="a Parquet or CSV file of daily bars, or a folder")],
    members: Annotated[Path, typer.Option(help="a CSV file: theme, code[, name, as_of]")],
    names: Annotated[Path | None, typer.Option(help="a CSV file: code, name")] = None,
    index: Annotated[
        Path | None, typer.Option(help="a cap-weighted index to show beside: day, close[, code]")
    ] = None,
) -> None:
    """Import history you already have; running it twice changes nothing."""
    from bot.history import run_import

    run_import(bars, members, names, index)


@app.command()
def replay(
    since: Annotated[datetime, typer.Option("--from", formats=["%Y-%m-%d"], help="first day")],
    until: Annotated[datetime, typer.Option("--to", formats=["%Y-%m-%d"], help="last day")],
    theme: Annotated[
        list[str] | None, typer.Option(help="only this theme; may be repeated")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="one JSON object a line")] = False,
) -> None:
    """What would have been said between two days, by the same code as every day."""
    from bot.history import run_replay

    run_replay(since.date(), until.date(), theme or [], as_json)


@app.command()
def daily(
    day: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="default: the last closed one")
    ] = None,
    no_fetch: Annotated[
        bool, typer.Option("--no-fetch", help="only what the store already holds")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="one JSON object a line")] = False,
) -> None:
    """One day's cycle: fetch, check, save, evaluate, enqueue, deliver. Safe to run twice.

    Of the mainland, then of Hong Kong, each by its own trading days. A day D is judged where it
    was one.

    Then it goes on with members' past bars and memberships, with a bar; Ctrl-C keeps what came.
    """
    from contextlib import closing

    from bot.app import open_app
    from bot.by_hand import run_daily
    from bot.filling import run_filling
    from bot.home import settings

    with closing(open_app(settings())) as opened:
        run_daily(opened, day.date() if day else None, not no_fetch, as_json)
        if not no_fetch:
            run_filling(opened)


@app.command()
def correct(
    bars: Annotated[Path, typer.Option(help="a Parquet or CSV file: day, code, close[, others]")],
) -> None:
    """Correct bars that proved wrong, and every alert that stood on them, where it was told."""
    from bot.correcting import run_correct

    run_correct(bars)


@app.command()
def score(
    since: Annotated[
        datetime | None, typer.Option("--from", formats=["%Y-%m-%d"], help="default: the first day")
    ] = None,
    until: Annotated[
        datetime | None, typer.Option("--to", formats=["%Y-%m-%d"], help="default: the last day")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="one JSON object")] = False,
    report: Annotated[
        Path | None, typer.Option(help="folder for an HTML report with pictures; takes minutes")
    ] = None,
    cluster: Annotated[
        str | None, typer.Option(help="a Dask scheduler that shares out the work")
    ] = None,
) -> None:
    """How often alerts were followed by a net fall, against chance, over your own store."""
    from bot.score import run_score

    first, last = since.date() if since else None, until.date() if until else None
    run_score(first, last, as_json, report, cluster)


@app.command()
def run() -> None:
    """Run the bot: Telegram, the daily cycle after each close, and delivery."""
    from bot.service import run_bot

    sys.exit(run_bot())


@app.command()
def status() -> None:
    """What the store holds, what was evaluated and sent last, and what waits."""
    from bot.health import print_status

    print_status()


@app.command()
def health() -> None:
    """Whether the running bot is well: exit code 0, or 1 with the reason."""
    from bot.health import check

    sys.exit(check())


@app.command()
def backup(
    to: Annotated[Path | None, typer.Option(help="a file; default: a day's in backups/")] = None,
) -> None:
    """Copy the whole database, beside a running bot too, and prove that the copy opens."""
    from bot.backup import run_backup

    run_backup(to)


@app.command()
def restore(
    file: Annotated[Path | None, typer.Argument(help="default: the newest good backup")] = None,
) -> None:
    """Put a backup in the database's place; the bot must be stopped."""
    from bot.backup import run_restore

    run_restore(file)


journal_app = typer.Typer(
    help="The chain of all alerts ever sent; `verify` is what it does when nothing is named."
)
app.add_typer(journal_app, name="journal")


@journal_app.callback(invoke_without_command=True)
def journal(context: typer.Context) -> None:
    """The chain of all alerts ever sent; alone it verifies it."""
    if context.invoked_subcommand is None:
        verify()


@journal_app.command()
def verify() -> None:
    """Verify that nothing was changed, added or dropped: exit code 0 when it holds, else 1."""
    from bot.journal import run_verify

    run_verify()


@app.command()
def export(
    folder: Annotated[Path, typer.Argument(help="where the files go; made when missing")],
    kind: Annotated[Literal["parquet", "csv"], typer.Option("--format")] = "parquet",
) -> None:
    """Write alerts, their signals, all theme days and scores as Parquet or CSV files."""
    from bot.export import run_export

    run_export(folder, kind)


@app.command()
def doctor(
    live: Annotated[
        bool, typer.Option("--live", help="also one call to each group of hosts, columns checked")
    ] = False,
) -> None:
    """Check the settings, the store, the way to Telegram and, if asked, the data, line by line."""
    from bot.doctor import run as examine

    sys.exit(examine(live))


def main() -> None:
    """Runs the program; faults of input end in one line and exit code 2, never in a traceback."""
    try:
        app()
    except UserError as error:
        typer.echo(f"paomo: {error}", err=True)
        sys.exit(error.code)
    except DatabaseError as error:
        typer.echo(f"paomo: {told(error)}", err=True)
        sys.exit(78 if is_damage(error) else 2)  # 78: a restart cannot help


if __name__ == "__main__":
    main()
