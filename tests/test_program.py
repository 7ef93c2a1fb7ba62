"""The program as people meet it: settings, commands, errors without tracebacks, and its README."""

import json
import re
import shutil
import subprocess
import sys
import tomllib
from datetime import date
from pathlib import Path

import pytest

from bot.__main__ import app
from bot.commands import COMMANDS
from bot.home import DATABASE
from bot.names import STAGES
from config.layers import SettingsError
from config.record import shipped
from config.settings import (
    FROM_ENVIRONMENT,
    Charts,
    Intraday,
    Schedule,
    Source,
    Storage,
    Stories,
    load,
)
from signals.rules import RULES
from tests import markets
from tests.process import paomo

ROOT = Path(__file__).parents[1]
HEAVY = (
    "pandas",
    "numpy",
    "scipy",
    "sqlite_utils",
    "pydantic",
    "akshare",
    "telegram",
    "exchange_calendars",
)


@pytest.fixture(scope="module")
def imported(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with an imported history, not to be changed."""
    home, files = tmp_path_factory.mktemp("imported"), tmp_path_factory.mktemp("files")
    bars, members = markets.files(files)
    done = paomo(home, "import", "--bars", str(bars), "--members", str(members))
    assert done.returncode == 0, done.stderr
    assert "3,120 new; 2 themes" in done.stdout
    return home


def test_history_is_imported_and_replayed(imported: Path) -> None:
    said = paomo(imported, "replay", "--from", "2024-01-01", "--to", "2024-06-28", "--json")
    lines = [json.loads(line) for line in said.stdout.splitlines()]
    assert {line["theme"] for line in lines} == {"热题材"}
    first = lines[0]
    assert (first["from"], first["to"], first["kind"]) == ("quiet", "forming", "surge")
    divergence = next(s for s in first["signals"] if s["rule"] == "divergence")
    assert divergence["value"] is None
    assert divergence["firing"] is False


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("replay", "--from", "2024-01-01", "--to", "2024-01-02"), "run `paomo import` first"),
        (("replay", "--from", "2024-02-01", "--to", "2024-01-02"), "is after"),
        (("replay", "--from", "now", "--to", "2024-01-02"), "Invalid value"),
        (("import", "--bars", "none", "--members", "none"), "no such file or folder"),
        (("replay", "--from", "2024-01-01", "--to", "2024-01-02", "--theme", "x"), "no theme"),
        (("score",), "run `paomo import` first"),
        (("bogus",), "No such command"),
    ],
)
def test_bad_input_ends_in_a_clear_line(words: tuple[str, ...], said: str, tmp_path: Path) -> None:
    done = paomo(tmp_path, *words)
    assert done.returncode == 2
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_help_and_version_load_nothing_heavy() -> None:
    code = f"import sys, bot.__main__; print([m for m in {HEAVY!r} if m in sys.modules])"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"


def test_settings_name_every_fault_at_once(tmp_path: Path) -> None:
    (tmp_path / "paomo.toml").write_text("[rules.fall]\ntreshold = 1\n[bogus]\nx = 1\n")
    with pytest.raises(SettingsError) as caught:
        load({"PAOMO_HOME": str(tmp_path), "PAOMO_POLICY__FOR_DAY": "3"})
    said = str(caught.value).splitlines()
    assert any("treshold: unknown setting; did you mean threshold?" in line for line in said)
    assert any("bogus: unknown setting" in line for line in said)
    assert any("for_day: unknown setting; did you mean for_days?" in line for line in said)


def test_a_value_of_the_wrong_kind_is_named(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"rules\.fall\.threshold: .*got 'much'"):
        load({"PAOMO_HOME": str(tmp_path), "PAOMO_RULES__FALL__THRESHOLD": "much"})


def test_the_environment_goes_over_the_file_and_the_file_over_defaults(tmp_path: Path) -> None:
    (tmp_path / "paomo.toml").write_text("[rules.fall]\nthreshold = 0.1\nwindow_days = 50\n")
    known = load({"PAOMO_HOME": str(tmp_path), "PAOMO_RULES__FALL__THRESHOLD": "0.2"})
    assert known.rules["fall"] == {"threshold": 0.2, "window_days": 50}


def test_people_tokens_and_ways_out_come_from_the_environment(tmp_path: Path) -> None:
    secret = tmp_path / "token"
    secret.write_text("1:secret\n")
    known = load(
        {
            "PAOMO_HOME": str(tmp_path),
            "PAOMO_ALLOWED": "5, -100",
            "PAOMO_ADMINS": "7",
            "TELEGRAM_TOKEN_FILE": str(secret),
            "TELEGRAM_BASE_URL": "http://127.0.0.1:8081/",
            "DATA_PROXY": "socks5://127.0.0.1:1080",
        }
    )
    assert (known.allowed, known.admins) == ({5, -100}, {7})
    assert known.telegram_token
    assert known.telegram_token.get_secret_value() == "1:secret"
    assert "secret" not in repr(known)
    assert known.telegram_base_url == "http://127.0.0.1:8081"
    assert known.data_proxy == "socks5://127.0.0.1:1080"


@pytest.mark.parametrize(
    ("environ", "said"),
    [
        ({"PAOMO_ALLOWED": "me"}, "PAOMO_ALLOWED: expected ids"),
        ({"DATA_PROXY": "u:pass@host"}, "DATA_PROXY: expected an address"),
        ({"TELEGRAM_TOKEN_FILE": "/no/such"}, "cannot be read"),
        ({"TELEGRAM_TOKEN": "1:a", "TELEGRAM_TOKEN_FILE": "b"}, "both set"),
        ({"PAOMO_SCHEDULE__FIRST_TRY": "noon"}, "schedule.first_try"),
        ({"PAOMO_CHATS__LANGUAGE": "fr"}, "chats.language"),
    ],
)
def test_a_bad_environment_is_named_without_secrets(
    environ: dict[str, str], said: str, tmp_path: Path
) -> None:
    with pytest.raises(SettingsError) as caught:
        load({"PAOMO_HOME": str(tmp_path), **environ})
    assert said in str(caught.value)
    assert "pass@" not in str(caught.value)


def test_an_env_file_in_the_working_folder_is_read(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("PAOMO_RULES__FALL__TRESHOLD=1\n")
    done = subprocess.run(
        [sys.executable, "-m", "bot", "status"],
        cwd=tmp_path,
        env={"PYTHONPATH": str(ROOT), "PAOMO_HOME": str(tmp_path), "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert "did you mean threshold?" in done.stderr


def test_health_of_a_bot_that_never_ran_is_1_with_the_reason(tmp_path: Path) -> None:
    done = paomo(tmp_path, "health")
    assert done.returncode == 1
    assert "never ran" in done.stdout


def test_health_loads_nothing_heavy(tmp_path: Path) -> None:
    code = (
        "import sys, bot.health; print([m for m in ('pandas', 'akshare', 'telegram', 'matplotlib')"
    )
    done = subprocess.run(
        [sys.executable, "-c", f"{code} if m in sys.modules])"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == "[]"


def test_the_doctor_names_what_is_missing_and_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "news.toml").write_text("[[kind]\n")
    done = paomo(tmp_path, "doctor")
    assert done.returncode == 1
    assert f"✗ lists: {tmp_path / 'news.toml'}: cannot be read as TOML" in done.stdout
    assert "✗ people: nobody may use the bot: set PAOMO_ADMINS" in done.stdout
    assert "✗ telegram: no TELEGRAM_TOKEN" in done.stdout
    assert "✓ font: Chinese font" in done.stdout


def test_the_record_is_scored_over_ones_own_store(imported: Path) -> None:
    done = paomo(imported, "score", "--json")
    assert done.returncode == 0, done.stderr
    scored = json.loads(done.stdout)
    rows = {row["name"]: row for row in scored["rows"]}
    assert rows.keys() == {"forming", "bubble", "bursting", "baseline", *RULES}
    assert rows["forming"]["onsets"] == 0  # its label is not known yet: 60 days have not passed
    assert rows["bursting"]["precision"] is None
    assert len(scored["settings"]) == 12
    assert rows["baseline"]["lead_days"] == [None, None, None]
    assert rows["bubble"]["lift_interval"] == [None, None]
    keys = {"name", "onsets", "dates", "precision", "interval", "base_rate", "matched_base_rate"}
    keys |= {"lift", "lift_interval", "recall", "lead_days", "price_at_alert"}
    assert keys <= rows["bubble"].keys()
    assert {"brier_skill", "interval", "n"} <= scored["probability"].keys()
    assert rows["forming"]["secondary"].keys() == {"raw", "raw_long"}
    assert scored["members"] == {"day": "2024-06-28", "looks_ahead": True}
    assert (scored["probability"]["n"], scored["probability"]["brier_skill"]) == (0, None)
    said = paomo(imported, "score").stdout
    assert scored["settings"] in said
    assert f"bubble alerts without a fall: {len(scored['false_alarms'])}" in said
    assert "precision without any one of" in said
    assert "looks ahead" in said
    assert "raw fall of 30% in 120 days" in " ".join(said.split())


def test_days_stepped_by_daily_say_what_replay_says(imported: Path, tmp_path: Path) -> None:
    shutil.copy(imported / DATABASE, tmp_path)
    days = [day for day in markets.weekdays(130) if date(2024, 6, 7) <= day <= date(2024, 6, 12)]
    stepped = ""
    for day in days:
        done = paomo(tmp_path, "daily", "--no-fetch", "--json", "--day", str(day))
        assert done.returncode == 0, done.stderr
        stepped += done.stdout
    span = ("--from", str(days[0]), "--to", str(days[-1]))
    replayed = paomo(tmp_path, "replay", *span, "--json").stdout
    assert replayed
    assert stepped == replayed
    earlier = paomo(tmp_path, "daily", "--no-fetch", "--day", str(days[0]))
    assert earlier.returncode == 2
    assert "paomo replay --from" in earlier.stderr


def test_the_readme_knows_every_command_rule_and_setting(tmp_path: Path) -> None:
    readme = (ROOT / "README.md").read_text("utf-8")
    known = load({"PAOMO_HOME": str(tmp_path)})
    commands = [c.name or getattr(c.callback, "__name__", "") for c in app.registered_commands]
    program = [f"paomo {name}" for name in commands]
    settings = [*FROM_ENVIRONMENT.values(), *Schedule.model_fields, *Source.model_fields]
    settings += [
        *Stories.model_fields,
        *Storage.model_fields,
        *Intraday.model_fields,
        *Charts.model_fields,
    ]
    settings += ["[charts]", "[intraday]", "[webhook]", "[metrics]", "[log]"]
    asked = [f"/{name}" for name in COMMANDS]
    for name in [*known.rules, *known.policy, *program, *settings, *asked]:
        assert f"`{name}" in readme, f"{name} is not in the README"


def test_the_shipped_record_is_the_readmes() -> None:
    readme = (ROOT / "README.md").read_text("utf-8")
    for stage, known in shipped().items():
        row = next(r for r in readme.splitlines() if r.startswith(f"| {stage} | 2022"))
        share = known.hits / known.onsets
        cells = f"{known.onsets} | {share:.2f} ({known.low:.2f}-{known.high:.2f})"
        assert cells in row
        assert f"| {known.matched:.2f} |" in row


def test_the_env_example_names_every_variable() -> None:
    example = (ROOT / ".env.example").read_text("utf-8")
    for name in [*FROM_ENVIRONMENT.values(), "PAOMO_HOME", "REQUESTS_CA_BUNDLE"]:
        assert f"{name}=" in example


def test_every_file_of_the_packages_is_declared_to_the_build() -> None:
    build = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["setuptools"]
    for top in ("bot", "config", "market", "signals"):
        for path in sorted((ROOT / top).rglob("*")):
            package = ".".join(path.parent.relative_to(ROOT).parts)
            if path.is_dir() or "__pycache__" in path.parts:
                continue
            assert package in build["packages"], f"{package} is not among the packages"
            data = build["package-data"].get(package, [])
            assert path.suffix == ".py" or any(map(path.match, data)), f"{path} is not in the wheel"


def test_a_theme_that_is_mistyped_is_told_with_those_near_to_it(imported: Path) -> None:
    span = ("--from", "2024-01-01", "--to", "2024-06-28")
    done = paomo(imported, "replay", *span, "--theme", "热题才")
    assert done.returncode == 2
    assert "no theme named 热题才 in the store; near to it: 热题材" in done.stderr


def test_the_readme_begins_with_what_a_newcomer_needs() -> None:
    lines = (ROOT / "README.md").read_text("utf-8").splitlines()
    assert lines.index("## From nothing to a running bot") < lines.index("## What to press first")
    assert lines.index("## What to press first") < 90
    for words in STAGES.values():
        assert any(line.startswith(f"| {words['zh']} {words['en']} | ") for line in lines[:20])
    pages = re.findall(r"`(docs/\w+\.md)`", "\n".join(lines))
    assert {"docs/data.md", "docs/running.md"} <= set(pages)
    assert all((ROOT / page).exists() for page in pages)
