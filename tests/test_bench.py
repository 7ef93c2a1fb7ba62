"""The table of claims: what it writes can be read again, whatever numbers the measuring made."""

import json
from pathlib import Path

import numpy as np
import pytest

from tests.bench import __main__ as bench
from tests.bench.row import Row, best


def test_the_table_is_written_as_plain_json(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "bench" / "latest.json"
    made = [
        Row("a", np.float64(2.0), 8.0, "ms", "3x", np.bool_(True)),  # type: ignore[arg-type]
        Row("b", 1.5, None, "s", "1 s", False),
    ]
    bench.told(made, file)
    keys = ["name", "ours", "theirs", "unit", "ratio", "reach", "holds"]
    first, second = json.loads(file.read_text("utf-8"))
    assert sorted(first) == sorted(keys)
    assert (first["ratio"], first["holds"]) == (4.0, True)
    assert (second["theirs"], second["ratio"], second["holds"]) == (None, None, False)
    shown = capsys.readouterr().out
    assert "4.0x" in shown
    assert "NO" in shown


def test_the_quickest_of_several_runs_counts() -> None:
    runs: list[int] = []
    assert best(lambda: runs.append(1), least_seconds=0.0, least_runs=3) < 1.0
    assert len(runs) == 4  # one before that is not counted
