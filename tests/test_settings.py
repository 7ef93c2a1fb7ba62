"""Settings that make no sense are refused in a line that says what, where and what was meant."""

from collections.abc import Callable
from pathlib import Path

import pytest

from bot.lived import settings_hash
from config.calendar import load_overrides
from config.layers import SettingsError
from config.news import load_news
from config.settings import EXAMPLE, Settings, load
from config.themes import load_themes


def refused(load_: Callable[[], object]) -> list[str]:
    with pytest.raises(SettingsError) as caught:
        load_()
    return str(caught.value).splitlines()


@pytest.mark.parametrize("token", ["hello", "123 456:abc", "123:ab c", "123:", ":abc"])
def test_what_is_no_token_is_refused_and_not_repeated(token: str, tmp_path: Path) -> None:
    secret = tmp_path / "token"
    secret.write_text(token)
    for environ in ({"TELEGRAM_TOKEN": token}, {"TELEGRAM_TOKEN_FILE": str(secret)}):
        (said,) = refused(lambda given=environ: load({"PAOMO_HOME": "unused", **given}))  # type: ignore[misc]
        assert said.startswith("TELEGRAM_TOKEN: no token of a bot")
        assert token not in said.replace(EXAMPLE, "")
        assert EXAMPLE in said


def test_spaces_around_a_token_are_no_part_of_it() -> None:
    known = load({"PAOMO_HOME": "unused", "TELEGRAM_TOKEN": f" {EXAMPLE} "})
    assert known.telegram_token
    assert known.telegram_token.get_secret_value() == EXAMPLE


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("rules.fall.threshold", "-3"),
        ("rules.breadth.threshold", "70"),
        ("rules.run_up.threshold", "25"),
        ("rules.board_height.threshold", "0"),
        ("rules.heat.past_days", "1000"),
        ("rules.heat.past_days", "2.5"),
        ("rules.breadth.min_members", "0"),
        ("rules.breadth.min_coverage", "50"),
        ("rules.exuberance.draws", "5"),
        ("rules.valuation.threshold", "nan"),
        ("policy.for_days", "0"),
        ("policy.given_back_fall", "30"),
        ("policy.surge_run_up", "inf"),
    ],
)
def test_a_knob_beyond_its_bounds_is_refused_and_its_giver_named(
    setting: str, value: str, tmp_path: Path
) -> None:
    *block, key = setting.split(".")
    (tmp_path / "paomo.toml").write_text(f"[{'.'.join(block)}]\n{key} = {value}\n")
    (said,) = refused(lambda: load({"PAOMO_HOME": str(tmp_path)}))
    assert said.startswith(f"paomo.toml: {setting}: Input should be ")
    name = f"PAOMO_{setting.replace('.', '__').upper()}"
    (said,) = refused(lambda: load({"PAOMO_HOME": "unused", name: value}))
    assert said.startswith(f"environment: {setting}: Input should be ")


def test_the_knobs_shipped_stay_as_they_were_given(settings: Settings) -> None:
    assert settings.rules["fall"] == {"threshold": 0.08, "window_days": 60.0}
    again = load({"PAOMO_HOME": "unused", "PAOMO_RULES__FALL__THRESHOLD": "0.09"})
    assert settings_hash(again) != settings_hash(settings)


def test_an_unknown_key_of_another_file_is_told_with_the_nearest(tmp_path: Path) -> None:
    (tmp_path / "themes.toml").write_text(
        '[englsh]\n"白酒" = "Liquor"\n[exclude]\nnmes = []\n[[theme]]\nbords = ["白酒"]\n'
    )
    said = refused(lambda: load_themes(tmp_path))
    file = tmp_path / "themes.toml"
    assert f"{file}: englsh: unknown setting; did you mean english?" in said
    assert f"{file}: exclude.nmes: unknown setting; did you mean names?" in said
    assert f"{file}: theme.0.bords: unknown setting; did you mean boards?" in said
    (tmp_path / "news.toml").write_text(
        '[[kind]]\nkey = "embargo"\nname_zh = "x"\nname_en = "x"\nzhh = ["禁运"]\nxyz = 1\n'
    )
    said = refused(lambda: load_news(tmp_path))
    assert f"{tmp_path / 'news.toml'}: kind.0.zhh: unknown setting; did you mean zh?" in said
    assert any(line.endswith("xyz: unknown setting; known: key, name_zh, name_en, zh, en")
               for line in said)  # fmt: skip
    (tmp_path / "calendar.toml").write_text("[XSHG]\nclsed = []\n")
    (line,) = refused(lambda: load_overrides(tmp_path))
    assert line.endswith("calendar.toml: XSHG.clsed: unknown setting; did you mean closed?")
