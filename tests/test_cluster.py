"""A sweep over a Dask cluster: the same to the last digit; or a clear line why not."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.app import judge
from bot.cluster import spread
from bot.errors import UserError
from bot.score import run_score
from config.settings import Settings
from signals.sweep import told
from signals.variants import search
from tests import markets
from tests.dask import Dask


@pytest.fixture(scope="module")
def dask() -> Iterator[Dask]:
    pytest.importorskip("distributed", reason="Dask absent: pip install -r requirements-bench.txt")
    with Dask(workers=2) as running:
        yield running


def test_workers_come_to_the_same_to_the_last_digit(dask: Dask, settings: Settings) -> None:
    panel = markets.panel(days=300, themes=120)  # three parts of themes
    needs = (panel, *judge(settings), panel.days[0], panel.days[-1], markets.LABEL)
    with spread(dask.address) as there, spread(None) as here:
        assert repr(search(*needs, there)) == repr(search(*needs, here))
        assert repr(told(panel, *judge(settings), there)) == repr(
            told(panel, *judge(settings), here)
        )


def test_the_whole_score_is_the_same_over_a_cluster(
    dask: Dask, home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PAOMO_HOME", str(home))
    said = []
    for cluster in (None, dask.address):
        run_score(None, None, as_json=True, cluster=cluster)
        said.append(capsys.readouterr().out)
    assert said[0] == said[1]
    assert json.loads(said[0])["rows"]


def test_an_address_that_nobody_answers_is_named() -> None:
    pytest.importorskip("distributed", reason="Dask absent: pip install -r requirements-bench.txt")
    with (
        pytest.raises(UserError, match=r"--cluster 127\.0\.0\.1:9: does not answer"),
        spread("127.0.0.1:9"),
    ):
        pass


def test_without_dask_it_is_said_how_to_install_it(tmp_path: Path) -> None:
    code = (
        "import sys; sys.modules['distributed'] = None; from bot.cluster import spread\n"
        "from bot.errors import UserError\n"
        "try: spread('127.0.0.1:9').__enter__()\n"
        "except UserError as error: print(error)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "--cluster needs Dask: pip install 'paomo[cluster]'"
