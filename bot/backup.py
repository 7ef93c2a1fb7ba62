"""Backups: one whole copy of the database a day, each proven to open; and the way back."""

import shutil
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import NamedTuple

from bot.errors import UserError
from bot.home import DATABASE, LOCK, alone, lived_in, settings
from bot.ledger import Ledger
from market.database import DatabaseError, copy, damage, told

FOLDER = "backups"
AT_WORK = "backup.lock"  # beside the database; held while one is made
ROOM = 1.2  # free space asked for, in sizes of the database
PATIENCE_SECONDS = 600.0  # that a backup waits for another to end


class Held(NamedTuple):
    """What a backup holds."""

    evaluated: date | None  # the last day judged
    chats: int

    def __str__(self) -> str:
        return f"judged to {self.evaluated or 'no day yet'}, {self.chats} chats"


def back_up(home: Path, target: Path) -> Held:
    """Copies the database beside whoever uses it; gives what the copy holds.

    Raises UserError when there is no room, or the copy is not whole: then there is no new file.
    Two at once would write into one file, so one waits for the other.
    """
    path = home / DATABASE
    if not path.exists():
        raise UserError(f"there is no database in {home}; nothing to back up")
    target.parent.mkdir(parents=True, exist_ok=True)
    need, free = path.stat().st_size * ROOM, shutil.disk_usage(target.parent).free
    if free < need:
        raise UserError(f"{target}: {need / 1e6:,.0f} MB are needed, {free / 1e6:,.0f} MB are free")
    with alone(home / AT_WORK, "another backup is being made", PATIENCE_SECONDS):
        return _copied(path, target)


def _copied(path: Path, target: Path) -> Held:
    made = target.with_suffix(".part")
    made.unlink(missing_ok=True)
    try:
        copy(path, made)
        held = proven(made)
        made.replace(target)
    except DatabaseError as error:
        raise UserError(told(error, path)) from None
    finally:
        made.unlink(missing_ok=True)
    return held


def proven(file: Path) -> Held:
    """What a backup holds, read from the file itself; raises UserError when it is not whole."""
    if not file.exists():
        raise UserError(f"{file}: no such file")
    if found := damage(file):
        raise UserError(told(found, file))
    with closing(Ledger(file, current=True)) as ledger:
        if not ledger.has_tables():
            raise UserError(f"{file}: a database, but not one of Paomo's")
        return Held(ledger.evaluated(), ledger.chat_count())


def back_up_daily(home: Path, day: date, keep: int) -> None:
    """A day's backup, if it has none yet; the oldest beyond `keep` go."""
    folder = home / FOLDER
    target = folder / f"paomo-{day}.db"
    if keep and not target.exists():
        back_up(home, target)
        for old in sorted(folder.glob("paomo-????-??-??.db"))[:-keep]:
            old.unlink()


@dataclass(frozen=True)
class Made:
    """A backup that was made."""

    file: Path
    size: int  # bytes
    held: Held


def back_up_now(home: Path, now: datetime, to: Path | None = None) -> Made:
    """A backup by hand: a file of one's own, else the day's, made anew."""
    target = to or home / FOLDER / f"paomo-{now.astimezone(UTC):%Y-%m-%d}.db"
    held = back_up(home, target)
    return Made(target, target.stat().st_size, held)


def run_backup(to: Path | None) -> None:
    """`paomo backup`."""
    made = back_up_now(lived_in().home, datetime.now(UTC), to)
    print(f"{made.file}: {made.size / 1e6:,.1f} MB, {made.held}; opened and checked")


def run_restore(file: Path | None) -> None:
    """`paomo restore`."""
    home = settings().home
    with alone(home / LOCK, f"a `paomo run` is using {home}; stop it first"):
        chosen, held = _chosen(home, file)
        aside = _put_back(home, chosen)
    print(f"restored {chosen}: {held}")
    print("what it has waiting may have been sent since, so it will say that it may be a repeat")
    if aside:
        print(f"the database before is kept as {aside}; delete it when all is well")


def _chosen(home: Path, file: Path | None) -> tuple[Path, Held]:
    """The backup asked for, else the newest that is whole; and what it holds."""
    if file:
        return file, proven(file)
    found = sorted((home / FOLDER).glob("paomo-*.db"), reverse=True)
    for each in found:
        try:
            return each, proven(each)
        except UserError as error:
            print(f"passed over: {error}")
    raise UserError(f"no whole backup in {home / FOLDER}; give the file of another")


def _put_back(home: Path, chosen: Path) -> Path | None:
    """Replaces the database in one step; gives where the one before is kept."""
    path, made = home / DATABASE, home / f"{DATABASE}.part"
    shutil.copyfile(chosen, made)
    with closing(Ledger(made, current=True)) as ledger, ledger.atomic():
        now = datetime.now(UTC)
        ledger.outbox.doubt()
        ledger.set_fact("restored", now.isoformat())
    for end in ("-wal", "-shm"):
        Path(f"{made}{end}").unlink(missing_ok=True)
    aside = None
    if path.exists():
        aside = home / f"{DATABASE}.before-{now:%Y%m%dT%H%M%S}"
        for end in ("-wal", "-shm", ""):
            if Path(f"{path}{end}").exists():
                Path(f"{path}{end}").replace(f"{aside}{end}")
    made.replace(path)
    return aside
