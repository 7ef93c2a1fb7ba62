"""The record as a page: whole in itself, escaped, each figure with its dates and settings."""

import json
import re
from datetime import date
from pathlib import Path

import pytest
from matplotlib.font_manager import FontProperties

from bot import score_plots
from bot.charts import font_path
from bot.errors import UserError
from bot.score import run_score
from bot.texts import page
from signals.model import Stage
from signals.studies import AROUND_DAYS, Around, Bin, Year

NOTE = "2024-01-02 – 2024-06-28 · settings 0123456789ab"


def test_the_report_is_whole_and_says_what_it_is_of(
    home: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("PAOMO_HOME", str(home))
    folder = tmp_path / "out" / "report"
    run_score(date(2024, 1, 2), None, as_json=True, folder=folder)
    text, found = (folder / "index.html").read_text("utf-8"), json.loads(capsys.readouterr().out)
    assert json.loads((folder / "score.json").read_text("utf-8")) == found
    pictures = re.findall(r'src="([^"]+)"', text)
    assert len(pictures) == 4
    for picture in pictures:
        assert (folder / picture).read_bytes().startswith(b"\x89PNG")
    assert "://" not in text  # nothing is loaded from elsewhere
    assert "2024-01-02 – 2024-06-28" in text
    assert found["settings"] in text
    assert "backfilled with members of 2024-06-28: looks ahead" in text
    assert text.count("too few alerts to tell the variants apart") == 2
    assert len(re.findall("<tr", text)) == 2 * (1 + len(found["rows"])) + 1 + 27
    assert "raw fall of 30% in 120 days" in text


def test_names_in_the_report_are_escaped() -> None:
    lists = ("heads", "rows", "beside_heads", "beside", "lines", "pictures", "variant_heads")
    lists += ("variants", "verdict")
    said = {"span": "", "note": "", "primary": (60, "10%"), "worst": ["<b>热&冷</b>"]}
    text = page("report", **said, **{n: [] for n in lists})
    assert "<li>&lt;b&gt;热&amp;冷&lt;/b&gt;</li>" in text


def test_a_folder_that_cannot_be_made_is_named(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PAOMO_HOME", str(home))
    (tmp_path / "file").touch()
    with pytest.raises(UserError, match="file/report: cannot be written"):
        run_score(None, None, as_json=True, folder=tmp_path / "file" / "report")


def test_pictures_are_drawn_of_much_of_little_and_of_nothing() -> None:
    wide, nan = 2 * AROUND_DAYS + 1, float("nan")
    unknown = (nan,) * wide
    line = Around(20, 9, (0.0,) * wide, (-0.1,) * wide, (0.1,) * wide)
    stages = {Stage.FORMING: line, Stage.BUBBLE: Around(0, 0, unknown, unknown, unknown)}
    years = {Stage.FORMING: [Year(2023, 3, 1, 1.0, (nan, nan), 0.1)], Stage.BUBBLE: []}
    bins = [Bin(500, 0.1, 0.12, (0.05, 0.2)), Bin(500, 0.3, 0.2, (nan, nan))]
    made = [
        score_plots.paths(stages, NOTE),
        score_plots.years(years, NOTE),
        score_plots.leads({Stage.FORMING: [3, -2, 60], Stage.BUBBLE: []}, 5, NOTE),
        score_plots.reliability(bins, NOTE),
        score_plots.reliability([], NOTE),
    ]
    for figure in made:
        assert score_plots.png(figure).startswith(b"\x89PNG")
        assert "settings 0123456789ab" in figure.get_supxlabel().replace("\n", " ")
    drawn = made[0].axes[0]
    assert {text.get_fontfamily()[0] for text in [*drawn.texts, drawn.title]} == {made_font()}


def made_font() -> str:
    return str(FontProperties(fname=str(font_path())).get_name())
