"""Fixtures shared by the tests."""

import os
from pathlib import Path

import pytest

from config.settings import Settings, load
from market.store import Store
from signals.rules import Rule, build
from tests import markets


@pytest.fixture(scope="session")
def settings() -> Settings:
    return load({"PAOMO_HOME": "unused"})


@pytest.fixture(scope="session")
def rules(settings: Settings) -> tuple[Rule, ...]:
    return build(settings.rules)


@pytest.fixture
def store() -> Store:
    return Store(None)


@pytest.fixture
def files(tmp_path: Path) -> tuple[Path, Path]:
    """A bars file and a members file of a small simulated market."""
    markets.bars().to_csv(tmp_path / "bars.csv", index=False)
    markets.members().to_csv(tmp_path / "members.csv", index=False)
    return tmp_path / "bars.csv", tmp_path / "members.csv"


@pytest.fixture(scope="session")
def reference() -> Path:
    """The folder of real reference data; skips, saying so, where it is absent."""
    default = Path(__file__).parents[1] / ".." / "shared" / "data"
    folder = Path(os.environ.get("PAOMO_REFERENCE_DATA", default))
    if not folder.exists():
        pytest.skip("reference data absent: set PAOMO_REFERENCE_DATA to its folder")
    return folder
