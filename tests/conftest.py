"""Fixtures shared by the tests."""

import os
import signal
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import hypothesis
import pytest

from bot.app import App, judge
from bot.home import DATABASE
from bot.jobs import daily
from bot.ledger import Ledger
from config.settings import Settings, load
from market.derive import derive
from market.simulate import SimulatedMarket, simulate
from market.store import Store
from market.transport import Guard, TransportPolicy, install
from signals.rules import Rule, build
from tests import ALONE, markets, within
from tests.botapi import BotApi
from tests.led import DAYS, led
from tests.process import ADMIN, Bot
from tests.speaker import Speaker
from tests.upstream import Upstream

# an example may take as long as it does: the machine may be busy
hypothesis.settings.register_profile(
    "patient", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
hypothesis.settings.load_profile("patient")


def pytest_configure(config: pytest.Config) -> None:
    """Compiles before workers start, which would write over each other's compiled code."""
    if config.getoption("numprocesses", None):
        from bot import warm  # brings numba

        warm.main()


@pytest.fixture(scope="session")
def settings() -> Settings:
    return load({"PAOMO_HOME": "unused", **ALONE})


@pytest.fixture(scope="session")
def rules(settings: Settings) -> tuple[Rule, ...]:
    return build(settings.rules)


@pytest.fixture
def store() -> Store:
    return Store(None)


@pytest.fixture(scope="session")
def market() -> SimulatedMarket:
    """A simulated market, not to be changed."""
    return simulate(8)


@pytest.fixture
def files(tmp_path: Path) -> tuple[Path, Path]:
    """A bars file and a members file of a small simulated market."""
    return markets.files(tmp_path)


@pytest.fixture(scope="session")
def reference() -> Path:
    """The folder of real reference data; skips, saying so, where it is absent."""
    default = Path(__file__).parents[1] / ".." / "shared" / "data"
    folder = Path(os.environ.get("PAOMO_REFERENCE_DATA", default))
    if not folder.exists():
        pytest.skip("reference data absent: set PAOMO_REFERENCE_DATA to its folder")
    return folder


@pytest.fixture(scope="session")
def evening(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """A database on the evening before a simulated theme changes its stage; see tests/within.py."""
    return within.evening(tmp_path_factory.mktemp("evening"))


@pytest.fixture
def api() -> Iterator[BotApi]:
    served = BotApi()
    yield served
    served.close()


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A home with a small simulated history."""
    store = Store(tmp_path / DATABASE)
    markets.fill(store)
    derive(store, store.bar_days(), backfilled=True)
    store.close()
    return tmp_path


@pytest.fixture(scope="module")
def lived(settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> App:
    """An app that lived through the last 40 days of a simulated market, in a file."""
    home = tmp_path_factory.mktemp("home")
    store, ledger = Store(home / DATABASE), Ledger(home / DATABASE)
    markets.fill(store)
    derive(store, store.bar_days(), backfilled=True)
    known = settings.model_copy(update={"home": home, "admins": frozenset({ADMIN})})
    app = App(known, store, ledger, *judge(known), lambda: datetime(2024, 6, 28, 9, tzinfo=UTC))
    for day in store.days()[-40:]:
        daily(app, day)
    return app


@pytest.fixture
def bot(home: Path, api: BotApi) -> Iterator[Bot]:
    running = Bot(home, api)
    yield running
    if running.process.poll() is None:
        running.end(signal.SIGKILL)


@pytest.fixture
def speaker() -> Iterator[Callable[..., Speaker]]:
    """Makes servers that say given bytes."""
    made: list[Speaker] = []

    def make(says: list[bytes], hangs: bool = False) -> Speaker:
        made.append(Speaker(says, hangs))
        return made[-1]

    yield make
    for one in made:
        one.close()


@pytest.fixture
def guarded() -> Iterator[Callable[[TransportPolicy], Guard]]:
    """Leads this process's requests through a guard."""
    undone: list[Callable[[], None]] = []

    def make(policy: TransportPolicy) -> Guard:
        guard = Guard(policy)
        undone.append(install(guard))
        return guard

    yield make
    for undo in reversed(undone):
        undo()


@pytest.fixture
def upstream(market: SimulatedMarket, tmp_path: Path) -> Iterator[Upstream]:
    """A loopback upstream of its own."""
    served = Upstream(market, DAYS[-400:], tmp_path)
    yield served
    served.close()


@pytest.fixture
def guard(upstream: Upstream) -> Iterator[Guard]:
    """AKShare in this process, led to the upstream."""
    with led(upstream) as guard:
        yield guard
