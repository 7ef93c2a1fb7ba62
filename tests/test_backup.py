"""Backups are whole, few, and lead back."""

import sqlite3
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from bot.backup import FOLDER, back_up, back_up_daily, proven, run_restore
from bot.errors import UserError
from bot.home import DATABASE
from bot.ledger import Ledger
from bot.records import Chat, Outgoing
from market import database
from market.store import Store

DAY = date(2024, 3, 1)
NOW = datetime(2024, 3, 1, 8, tzinfo=UTC)


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home with a chat and a message that waits."""
    monkeypatch.setenv("PAOMO_HOME", str(tmp_path))
    Store(tmp_path / DATABASE).close()
    ledger = Ledger(tmp_path / DATABASE)
    ledger.save_chat(Chat(7, "private", "", "zh"))
    ledger.outbox.enqueue(Outgoing("k", 7, DAY, "x", NOW))
    ledger.set_fact("evaluated", str(DAY))
    ledger.close()
    return tmp_path


def test_a_backup_taken_beside_a_writer_is_whole(home: Path) -> None:
    writer = Ledger(home / DATABASE)
    writer.save_chat(Chat(8, "private", "", "zh"))  # still in the write-ahead log
    held = back_up(home, home / "copy.db")
    writer.close()
    assert str(held) == "judged to 2024-03-01, 2 chats"
    assert proven(home / "copy.db") == held
    assert not (home / "copy.part").exists()


def test_backups_made_at_once_wait_for_each_other(home: Path) -> None:
    with ThreadPoolExecutor(4) as pool:
        held = {*pool.map(lambda _: back_up(home, home / "copy.db"), range(8))}
    assert held == {proven(home / "copy.db")}


def test_seven_days_are_kept_and_one_a_day(home: Path) -> None:
    days = [DAY + timedelta(days=n) for n in range(10)]
    for day in days:
        back_up_daily(home, day, 7)
        back_up_daily(home, day, 7)
    kept = sorted(file.name for file in (home / FOLDER).iterdir())
    assert kept == [f"paomo-{day}.db" for day in days[3:]]
    back_up_daily(home, days[-1] + timedelta(days=1), 0)
    assert len(list((home / FOLDER).iterdir())) == 7


def test_the_newest_whole_backup_comes_back_and_doubts_what_waits(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    back_up_daily(home, DAY, 7)
    (home / FOLDER / "paomo-2024-03-02.db").write_bytes(b"torn" * 5000)
    (home / DATABASE).write_bytes(b"no database")
    run_restore(None)
    said = capsys.readouterr().out
    assert "passed over" in said
    assert "judged to 2024-03-01, 1 chats" in said
    ledger = Ledger(home / DATABASE)
    (waits,) = ledger.outbox.due(datetime.now(UTC))
    assert waits.repeated
    assert ledger.fact("restored")
    ledger.close()
    (aside,) = (f for f in home.glob(f"{DATABASE}.before-*") if f.suffix not in ("-wal", "-shm"))
    assert aside.read_bytes() == b"no database"


def test_a_backup_of_an_earlier_form_is_made_and_comes_back(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """As it stands in the folder after an update, or before the updated bot's first start."""
    with closing(sqlite3.connect(home / DATABASE)) as db:
        db.execute("ALTER TABLE chat DROP COLUMN of_group")
        db.execute("DROP TABLE rehearsed")
        db.execute("DELETE FROM _sqlite_migrations WHERE name='m010_topics'")
        db.commit()
    back_up(home, home / "old.db")
    run_restore(home / "old.db")
    assert "1 chats" in capsys.readouterr().out
    with closing(Ledger(home / DATABASE)) as ledger:
        assert [chat.of_group for chat in ledger.chats()] == [None]


def test_what_is_no_backup_of_ours_is_refused_and_nothing_is_lost(home: Path) -> None:
    before = (home / DATABASE).read_bytes()
    other = home / "other.db"
    sqlite3.connect(other).execute("CREATE TABLE x (y)").connection.close()
    torn = home / "torn.db"
    back_up(home, torn)
    torn.write_bytes(torn.read_bytes()[:-9000])
    for file, said in ((other, "not one of Paomo's"), (torn, "damaged"), (home / "no", "no such")):
        with pytest.raises(UserError, match=said):
            run_restore(file)
    with pytest.raises(UserError, match="no whole backup"):
        run_restore(None)
    assert (home / DATABASE).read_bytes() == before


def test_without_room_or_a_database_it_says_so(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(UserError, match="there is no database"):
        back_up(home / "empty", home / "copy.db")
    monkeypatch.setattr("bot.backup.ROOM", 1e12)
    with pytest.raises(UserError, match=r"MB are needed, .* MB are free"):
        back_up(home, home / "copy.db")
    assert not (home / "copy.db").exists()


def fault(make: str, home: Path) -> sqlite3.Error:
    """An error as SQLite really gives it."""
    path = home / DATABASE
    try:
        if make == "readonly":
            sqlite3.connect(f"file:{path}?mode=ro", uri=True).execute("CREATE TABLE x (y)")
        elif make == "locked":
            with sqlite3.connect(path, timeout=0) as one:
                one.execute("BEGIN IMMEDIATE")
                sqlite3.connect(path, timeout=0).execute("BEGIN IMMEDIATE")
        elif make == "full":
            db = sqlite3.connect(path)
            db.execute("PRAGMA max_page_count=1")
            db.execute("CREATE TABLE x AS SELECT zeroblob(1000000)")  # more than pages set free
        elif make == "unopened":
            sqlite3.connect(home / "no" / "where.db")
        else:
            path.write_bytes(b"x" * 5000)
            sqlite3.connect(path).execute("SELECT * FROM chat")
    except sqlite3.Error as error:
        return error
    raise AssertionError(make)


@pytest.mark.parametrize(
    ("make", "told", "over"),
    [
        ("readonly", "cannot be written", False),
        ("unopened", "cannot be written", False),
        ("locked", "held by another program", False),
        ("full", "the disk is full", False),
        ("damaged", "paomo restore", True),
    ],
)
@pytest.mark.filterwarnings("ignore::ResourceWarning")
def test_each_fault_of_the_disk_says_what_to_do(
    home: Path, make: str, told: str, over: bool
) -> None:
    error = fault(make, home)
    assert told in database.told(error)
    assert database.is_damage(error) is over
