"""Which themes tell one story: the day's transitions laid onto the stories the ledger keeps."""

from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cache

import numpy as np
import pandas as pd

from bot.records import Grouping
from config.settings import Stories
from market.store import Store
from market.theme_days import membership
from signals.model import ThemeState, Transition
from signals.stories import (
    Likeness,
    Merging,
    Parents,
    alive,
    gathered,
    heard,
    likeness,
    newcomers,
    overlap,
    spoken,
)

Roster = Callable[[str, date], Sequence[str]]  # codes of a theme's members as known on a day


@dataclass(frozen=True)
class Grouper:
    """What laying days onto stories needs beside them."""

    roster: Roster
    parents: Parents
    merging: Merging

    def grouped(
        self,
        before: Grouping,
        states: Mapping[str, ThemeState],
        told: Sequence[Transition],
        net: pd.DataFrame,
    ) -> Grouping:
        """The grouping of the last day of `net` (day x theme, points) after the one before."""
        day: date = net.index[-1]
        since: date = net.index[-min(self.merging.again_days + 1, len(net))]
        # a board that is judged no more may have left a state behind
        themes = [theme for theme in alive(states, told) if theme in net.columns]
        new = newcomers(before.stories, themes)
        members = {theme: self.roster(theme, day) for theme in (themes if new else ())}
        alike = self._alike(members, net)
        sizes = {theme: len(codes) for theme, codes in members.items()}
        stories, voices = [], {}
        for story in gathered(before.stories, themes, sizes, alike, day, self.parents):
            own = [t for t in told if t.theme in story.sizes]
            found = heard(story, own, since, self.parents)
            stories.append(spoken(story, own, found))
            voices.update(found)
        return Grouping(day, tuple(stories), voices)

    def _alike(self, members: Mapping[str, Sequence[str]], net: pd.DataFrame) -> Likeness:
        if not members:
            return Likeness((), np.empty((0, 0)))
        codes = sorted({code for own in members.values() for code in own})
        shared = overlap(membership(members, list(members), codes))
        return likeness(list(members), shared, net, self.merging)


def unheard(grouping: Grouping) -> Grouping:
    """The grouping of a day of which nobody was told: nobody has spoken for its stories on it.

    Else a theme would be merged with one that no message has named.
    """
    stories = tuple(
        replace(story, told={w: t for w, t in story.told.items() if t[0] != grouping.day})
        for story in grouping.stories
    )
    return replace(grouping, stories=stories)


def grouper(store: Store, knobs: Stories) -> Grouper:
    """The grouper over a store."""
    merging = Merging(knobs.overlap, knobs.correlation, knobs.correlation_days, knobs.again_days)
    parents = {theme.id: theme.parent for theme in store.themes().values()}
    return Grouper(rosters(store), parents, merging)


def rosters(store: Store) -> Roster:
    """Members by theme and day, as `Store.members` gives them, each list read once."""
    days, codes = cache(store.member_days), cache(store.members)

    def of(theme: str, day: date) -> Sequence[str]:
        known = days(theme)
        newest = max(bisect_right(known, day) - 1, 0)  # of earlier days the oldest one known
        return codes(theme, known[newest]) if known else ()

    return of
