"""Who may import whom, and which files may touch the edge libraries."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
MAY_IMPORT = {
    "config": {"config"},
    "signals": {"signals"},
    "market": {"market", "signals", "config"},
    "bot": {"bot", "market", "signals", "config"},
}
EDGES = {  # library -> the files that may import it
    "akshare": ("market/akshare/",),
    "baostock": ("market/baostock.py",),
    "socks": ("market/baostock.py",),
    "pandera": ("market/akshare/contracts.py",),
    "requests": ("market/transport.py", "market/answers.py", "market/akshare/hongkong.py"),
    "curl_cffi": ("market/transport.py",),
    "exchange_calendars": ("market/hongkong_days.py",),
    "telegram": (
        *("bot/sender.py", "bot/handlers.py", "bot/polling.py", "bot/session.py"),
        *("bot/doctor.py", "bot/replies.py", "bot/menus.py", "bot/inline.py"),
    ),
    "prometheus_client": ("bot/metrics.py",),
    "httpx": ("bot/sender.py", "bot/service.py"),
    "apscheduler": ("bot/service.py",),
    "matplotlib": (
        "bot/charts",
        "bot/chain_chart",
        "bot/compare_chart",
        "bot/heatmap",
        "bot/macro_chart",
        "bot/score_plots",
        "bot/style",
    ),
    "distributed": ("bot/cluster.py",),
    "opencc": ("bot/script.py",),
    "pypinyin": ("bot/commands/named.py",),
    "jinja2": ("bot/texts.py",),
    "sqlite3": ("market/database.py",),
    "sqlite_utils": ("market/database.py", "market/schema.py", "bot/ledger_schema.py"),
}


def imported(file: Path) -> set[str]:
    """The modules a file imports, in full."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(file.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            names.add(node.module or "")
    return names


@pytest.mark.parametrize("library", EDGES)
def test_an_edge_library_is_imported_only_where_it_may(library: str) -> None:
    for package in MAY_IMPORT:
        for file in (ROOT / package).rglob("*.py"):
            place = file.relative_to(ROOT).as_posix()
            if not place.startswith(EDGES[library]):
                assert library not in {name.split(".")[0] for name in imported(file)}, place


@pytest.mark.parametrize("package", MAY_IMPORT)
def test_packages_import_only_what_they_may(package: str) -> None:
    for file in (ROOT / package).rglob("*.py"):
        assert ast.get_docstring(ast.parse(file.read_text("utf-8"))), f"{file.name}: no docstring"
        ours = {name.split(".")[0] for name in imported(file)} & MAY_IMPORT.keys()
        assert ours <= MAY_IMPORT[package], f"{file.name} imports {ours}"
