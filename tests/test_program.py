"""The program as people meet it: settings, commands, errors without tracebacks, and its README."""

import ast
import json
import subprocess
import sys
from pathlib import Path

import pytest

from config.settings import SettingsError, load

ROOT = Path(__file__).parents[1]
HEAVY = ("pandas", "numpy", "scipy", "sqlite_utils", "pydantic")
MAY_IMPORT = {
    "config": {"config"},
    "signals": {"signals"},
    "market": {"market", "signals", "config"},
    "bot": {"bot", "market", "signals", "config"},
}


def paomo(home: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "bot", *words],
        cwd=ROOT,
        env={"PAOMO_HOME": str(home), "PATH": "/usr/bin:/bin", "COLUMNS": "100"},
        capture_output=True,
        text=True,
        check=False,
    )


def test_history_is_imported_and_replayed(tmp_path: Path, files: tuple[Path, Path]) -> None:
    home = tmp_path / "home"
    done = paomo(home, "import", "--bars", str(files[0]), "--members", str(files[1]))
    assert done.returncode == 0, done.stderr
    assert "3,120 new; 2 themes" in done.stdout
    said = paomo(home, "replay", "--from", "2024-01-01", "--to", "2024-06-28", "--json")
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


@pytest.mark.parametrize("package", MAY_IMPORT)
def test_packages_import_only_what_they_may(package: str) -> None:
    for file in (ROOT / package).rglob("*.py"):
        tree = ast.parse(file.read_text("utf-8"))
        assert ast.get_docstring(tree), f"{file.name} does not say what it is for"
        for node in ast.walk(tree):
            names = [a.name for a in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            ours = {name.split(".")[0] for name in names} & MAY_IMPORT.keys()
            assert ours <= MAY_IMPORT[package], f"{file.name} imports {ours}"


def test_the_readme_knows_every_command_and_rule(tmp_path: Path) -> None:
    readme = (ROOT / "README.md").read_text("utf-8")
    known = load({"PAOMO_HOME": str(tmp_path)})
    for name in [*known.rules, *known.policy, "paomo demo", "paomo import", "paomo replay"]:
        assert f"`{name}" in readme, f"{name} is not in the README"
