"""Chains out of the store: a theme's sub-industries on a day, curated or found by overlap."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from bot.app import App, judged_themes
from bot.grouping import Roster, rosters
from market.derive import above_average
from market.source import Theme
from signals.chain import Chain, chain
from signals.model import Signal, ThemeState, Transition

MOST = 12  # sub-industries found by overlap; as many as a phone shows as a picture


@dataclass(frozen=True)
class Subs:
    """The sub-industries of a theme."""

    parent: Theme
    themes: tuple[str, ...]  # theme ids
    curated: bool  # else found by overlap of members


def children(known: Mapping[str, Theme]) -> dict[str, tuple[str, ...]]:
    """Sub-industries of each theme that has curated ones."""
    found: dict[str, tuple[str, ...]] = {}
    for theme in known.values():
        if theme.parent and theme.parent in known:
            found[theme.parent] = (*found.get(theme.parent, ()), theme.id)
    return found


def subs_of(app: App, theme: Theme, day: date) -> Subs:
    """Curated sub-industries of a theme, or of its parent; else themes that lie much within it."""
    known = app.store.themes()
    curated = children(known)
    for parent in (theme.id, theme.parent or ""):
        if parent in curated:
            return Subs(known[parent], curated[parent], curated=True)
    return Subs(theme, _overlapping(app, theme, day), curated=False)


def _overlapping(app: App, theme: Theme, day: date) -> tuple[str, ...]:
    """Themes that have a good share of their members in a theme, most in common first."""
    found = app.store.shared(app.store.members(theme.id, day), day)
    others = [one for one in judged_themes(app.settings, app.store) if one != theme.id]
    common = {one: found[one] for one in others if one in found}
    ranked = sorted(common, key=lambda one: -common[one][0])
    # of their own members, not of the smaller theme's: a board of a thousand is no sub-industry
    least = app.settings.stories.overlap
    within = [t for t in ranked if common[t][0] >= max(least * common[t][1], 1)]
    return tuple(within[:MOST])


def chain_of(
    app: App,
    themes: Sequence[str],
    day: date,
    states: Mapping[str, ThemeState],
    readings: Mapping[str, Sequence[Signal]],
) -> Chain:
    """The chain of these themes on a day, with the members known that day."""
    roster: Roster = rosters(app.store)
    members = {theme: roster(theme, day) for theme in themes}
    above = above_average(app.store, (c for own in members.values() for c in own), day)
    said = {t: {s.rule: s.value for s in readings.get(t, ())} for t in themes}
    run_ups, breadths = (
        {t: values[rule] for t, values in said.items() if rule in values}
        for rule in ("run_up", "breadth")
    )
    return chain(members, states, run_ups, breadths, above)


def chains_of(
    app: App,
    told: Iterable[Transition],
    day: date,
    states: Mapping[str, ThemeState],
    readings: Mapping[str, Sequence[Signal]],
) -> dict[str, Chain]:
    """The chains of the themes in transitions that have curated sub-industries."""
    curated = children(app.store.themes())
    parents = {t.theme for t in told} & curated.keys()
    return {theme: chain_of(app, curated[theme], day, states, readings) for theme in parents}
