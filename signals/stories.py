"""Stories: themes that share members and move together are told as one. Pure.

A theme that comes alive (a surge, or a divergence) joins the running story whose lead shares most
members with it, if enough of them and if both moved together; else it begins a story of its own.
Whoever is in stays in until it is quiet again, and the lead passes on only to a larger theme that
joins or at its own end, so that no day's noise renames or splits a story.
Leader clustering after Hartigan (1975), Clustering Algorithms, ch. 3, kept up day by day; overlap
is Szymkiewicz and Simpson's coefficient, which a small theme inside a large one has in full.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

import numpy as np
import pandas as pd
from scipy import sparse

from signals.model import RUNNING, Kind, Stage, Story, ThemeState, Transition

Parents = Mapping[str, str | None]  # theme -> the one that it is a sub-industry of


@dataclass(frozen=True)
class Merging:
    """When themes tell one story, and how long what was told of it needs no second voice."""

    overlap: float  # members in common / members of the smaller theme, share 0..1
    correlation: float  # of daily net returns, -1..1
    correlation_days: int  # trading days of them
    again_days: int  # trading days after which the same of a story is news again


@dataclass(frozen=True)
class Likeness:
    """How far themes are alike."""

    themes: tuple[str, ...]  # theme ids
    shared: np.ndarray  # theme x theme, overlap 0..1 where they are one story, else 0

    def of(self, one: str, other: str) -> float:
        """Overlap of two themes, 0 where they are not one story."""
        return float(self.shared[self.themes.index(one), self.themes.index(other)])


def overlap(matrix: sparse.csr_matrix) -> np.ndarray:
    """Members in common / members of the smaller, theme x theme, 0..1, of a stock x theme matrix.

    A theme without members overlaps with none.
    """
    common = np.asarray((matrix.T @ matrix).todense(), float)
    sizes = common.diagonal()
    smaller = np.minimum.outer(sizes, sizes)
    shared: np.ndarray = np.divide(common, smaller, out=np.zeros_like(common), where=smaller > 0)
    return shared


def likeness(themes: Sequence[str], shared: np.ndarray, net: pd.DataFrame, p: Merging) -> Likeness:
    """Which themes share enough members and moved together over the last days of `net`.

    `shared` is their `overlap`, `net` day x theme in points. Unknown correlation is none.
    """
    recent = net[list(themes)].iloc[-p.correlation_days - 1 :]
    window = recent.pct_change(fill_method=None).iloc[1:]
    together = window.corr(min_periods=(p.correlation_days + 1) // 2).to_numpy(float)
    alike = (shared >= p.overlap) & (together >= p.correlation)
    return Likeness(tuple(themes), np.where(alike, shared, 0.0))


def alive(states: Mapping[str, ThemeState], told: Iterable[Transition]) -> list[str]:
    """Themes that have something to tell: in an episode, diverging, or changed today; sorted."""
    running = {t for t, s in states.items() if s.stage in RUNNING or s.diverging}
    return sorted(running | {t.theme for t in told})


def newcomers(before: Iterable[Story], themes: Iterable[str]) -> list[str]:
    """Those of the themes that are in no story yet."""
    placed = {theme for story in before for theme in story.sizes}
    return [theme for theme in themes if theme not in placed]


def gathered(
    before: Iterable[Story],
    themes: Sequence[str],
    sizes: Mapping[str, int],
    alike: Likeness,
    day: date,
    parents: Parents,
) -> list[Story]:
    """The stories of a day: `themes` are alive, `sizes` counts the members of those that are new.

    The largest of the new ones is placed first, so that it leads what the smaller ones join. A
    curated parent takes the stories of its sub-industries along, which may share no member.
    """
    held = [_left(story, themes) for story in before]
    stories = [story for story in held if story.sizes]
    for theme in sorted(newcomers(stories, themes), key=lambda t: (-sizes[t], t)):
        stories = _placed(Story(day, theme, {theme: sizes[theme]}), stories, alike, parents)
    return stories


def _placed(new: Story, stories: Sequence[Story], alike: Likeness, parents: Parents) -> list[Story]:
    """The stories and a new one of one theme: it joins the nearest, and is joined by its own."""
    near = [story for story in stories if alike.of(new.lead, story.lead) > 0]
    nearest = max(near, key=lambda story: alike.of(new.lead, story.lead), default=None)
    joined = [s for s in near if s is nearest or parents.get(s.lead) == new.lead]
    rest = [story for story in stories if story not in joined]
    return [*rest, _united([*joined, new])]


def _united(stories: Sequence[Story]) -> Story:
    """Several stories as one: as old as the oldest, led by the largest of their leads."""
    sizes = {theme: size for story in stories for theme, size in story.sizes.items()}
    told = dict(sorted((pair for s in stories for pair in s.told.items()), key=lambda p: p[1]))
    lead = max((s.lead for s in stories), key=lambda theme: sizes[theme])  # of equals the first
    return Story(min(story.since for story in stories), lead, sizes, told)


def _left(story: Story, themes: Sequence[str]) -> Story:
    """The story without those that are quiet again; the largest left speaks where the lead is."""
    left = replace(story, sizes={t: size for t, size in story.sizes.items() if t in themes})
    if story.lead in left.sizes or not left.sizes:
        return left
    return replace(left, lead=left.themes[0])


def what(transition: Transition) -> str:
    """What a transition tells: its kind, and the stage it leads to."""
    inside = transition.kind is Kind.DIVERGENCE
    return transition.kind if inside else f"{transition.kind}:{transition.after.stage}"


def heard(
    story: Story, told: Sequence[Transition], since: date, parents: Parents
) -> dict[str, tuple[str, ...]]:
    """For each of a day's transitions of a story, by its key, who tells the same before it.

    That is: today the lead, then the larger themes; and who last spoke of it since the day `since`.
    One that hears none speaks for the story. A curated parent does not hear its sub-industries.
    """
    order = [story.lead, *(t for t in story.themes if t != story.lead)]
    found: dict[str, tuple[str, ...]] = {}
    for one in told:
        today = [t.theme for t in told if what(t) == what(one)]
        before = [t for t in order[: order.index(one.theme)] if t in today]
        voices = [*before, *_earlier(story, one, since), *_unended(story, one, today)]
        if one.kind is Kind.REVERSAL and one.theme in (story.lead, _blown_up(story)):
            voices = []  # a turn of who leads, or was told to be a bubble, is never left unsaid
        found[one.key] = tuple(t for t in dict.fromkeys(voices) if parents.get(t) != one.theme)
    return found


def _earlier(story: Story, one: Transition, since: date) -> list[str]:
    """Who spoke of the same before; not a smaller theme, where a larger one turns."""
    at, by, size = story.told.get(what(one), (date.min, "", 0))
    outgrown = one.kind is Kind.REVERSAL and story.sizes[one.theme] > size
    return [] if at < since or by == one.theme or outgrown else [by]


def _unended(story: Story, one: Transition, today: Sequence[str]) -> list[str]:
    """The lead, while it runs on and another theme ends."""
    return [story.lead] if one.kind is Kind.OVER and story.lead not in today else []


def _blown_up(story: Story) -> str:
    """The theme that last spoke of the story's bubble."""
    return story.told.get(f"{Kind.SURGE}:{Stage.BUBBLE}", (date.min, "", 0))[1]


def spoken(
    story: Story, told: Sequence[Transition], voices: Mapping[str, tuple[str, ...]]
) -> Story:
    """The story, knowing what was told of it today and by whom; of several the largest."""
    loud = sorted((t for t in told if not voices[t.key]), key=lambda t: story.sizes[t.theme])
    said = {what(t): (t.day, t.theme, story.sizes[t.theme]) for t in loud}
    return replace(story, told={**story.told, **said})
