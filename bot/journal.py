"""The journal: each judged day's alerts as one canonical text, chained by hash.

Whoever changes, adds or drops an alert afterwards breaks the chain from that day on; the newest
hash, kept elsewhere, vouches for all before it.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing
from dataclasses import fields
from datetime import date
from typing import Any

from bot.errors import UserError
from bot.home import DATABASE, lived_in
from bot.ledger import Ledger
from bot.ledger_corrections import Correction
from bot.messages import number
from bot.records import Entry, chained
from market.revisions import Revision
from market.source import Theme
from signals.model import Transition
from signals.panel import Panel


def written(
    day: date, told: Iterable[Transition], themes: Mapping[str, Theme], panel: Panel
) -> str:
    """A day's alerts as text; `panel` ends with that day."""
    alerts = [
        {
            "id": number(t),
            "theme": t.theme,
            "name": themes[t.theme].name,
            "kind": t.kind,
            "from": t.before.stage,
            "to": t.after.stage,
            "signals": {s.rule: [repr(s.value), repr(s.threshold), s.unit] for s in t.signals},
            "data": data_hash(panel, t.theme),
            "source": themes[t.theme].source,
        }
        for t in told
    ]
    content = {"day": day.isoformat(), "alerts": alerts}
    return json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def corrected(
    name: str, revision: Revision, found: Iterable[Correction], themes: Mapping[str, Theme]
) -> str:
    """Corrections of earlier entries as text; the entry's name says after which day they came."""
    content = {
        "day": name,
        "alerts": [],
        "revision": [revision.id, revision.made.isoformat(), revision.why, revision.bars],
        "since": revision.since.isoformat(),
        "corrections": [
            {
                "id": one.alert,
                "was": _said(one.was, themes),
                "now": _said(one.now, themes),
                "data": [one.data_was, one.data_now],
            }
            for one in found
        ],
    }
    return json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def _said(t: Transition | None, themes: Mapping[str, Theme]) -> dict[str, Any] | None:
    """An alert as the journal tells it; its number and data stand beside."""
    if not t:
        return None
    return {
        "theme": t.theme,
        "name": themes[t.theme].name,
        "day": t.day.isoformat(),
        "kind": t.kind,
        "from": t.before.stage,
        "to": t.after.stage,
        "signals": {s.rule: [repr(s.value), repr(s.threshold), s.unit] for s in t.signals},
    }


def data_hashes(entries: Iterable[Entry]) -> dict[str, str]:
    """The hash of the data each alert stood on, by its number."""
    told = (alert for entry in entries for alert in json.loads(entry.text)["alerts"])
    return {alert["id"]: alert["data"] for alert in told}


def data_hash(panel: Panel, theme: str) -> str:
    """sha256 over a theme's figures of the panel's last day, and the market's."""
    figures = []
    for one in fields(panel):
        frame = getattr(panel, one.name)
        value = frame[theme].iloc[-1] if frame.ndim == 2 else frame.iloc[-1]
        figures.append(f"{one.name}={float(value)!r}")
    return hashlib.sha256(";".join(figures).encode()).hexdigest()


def broken(entries: Sequence[Entry]) -> str:
    """Where the chain breaks first; empty when it does not."""
    before = ""
    for place, entry in enumerate(entries):
        if entry.hash != chained(before, entry.text):
            return f"the entry of {entry.day} ({place + 1} of {len(entries)}) was changed"
        if json.loads(entry.text)["day"] != entry.day:
            return f"the entry of {entry.day} tells of another day"
        before = entry.hash
    return ""


def missing(entries: Sequence[Entry], told: Iterable[Transition]) -> str:
    """An alert that only the ledger or only the journal knows; empty when they agree."""
    if not entries:
        return ""
    first = entries[0].day
    kept = {number(t) for t in told if str(t.day) >= first}
    known = {alert["id"] for entry in entries for alert in json.loads(entry.text)["alerts"]}
    strange = kept ^ known
    return f"alert #{min(strange)} is not in both journal and ledger" if strange else ""


def run_verify() -> None:
    """`paomo journal verify`: recomputes the chain; raises UserError when it is broken."""
    path = lived_in().home / DATABASE
    if not path.exists():
        raise UserError(f"there is no database in {path.parent}; nothing was ever judged")
    with closing(Ledger(path)) as ledger:
        entries = ledger.journal.entries()
        fault = broken(entries) or missing(entries, ledger.of("").transitions())
    if fault:
        raise UserError(f"journal: {fault}", code=1)
    if not entries:
        print("the journal is empty; its first entry comes with the next judged day")
        return
    alerts = sum(len(json.loads(entry.text)["alerts"]) for entry in entries)
    print(
        f"{len(entries)} days from {entries[0].day} to {entries[-1].day}, {alerts} alerts: intact"
    )
    print(f"newest hash {entries[-1].hash}")
