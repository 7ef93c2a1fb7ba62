"""Draws named pictures from what is stored; those drawn last are kept in memory."""

import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import replace

import numpy as np

from bot.app import App
from bot.names import theme_name
from bot.pictures import CHAIN, CHART, COMPARED, HEAT, MACRO, Picture
from bot.script import drawing
from market.source import Theme
from signals.model import Stage, ThemeState

CHAIN_DAYS = 120  # trading days of a chain's map
KEPT = 48  # pictures in memory, some 100 KB each


class Album:
    """The pictures drawn last, by name; one is drawn at a time, and none twice."""

    def __init__(self, limit: int = KEPT) -> None:
        """Keeps at most `limit` pictures."""
        self._limit, self._lock = limit, threading.Lock()
        self._kept: OrderedDict[str, bytes] = OrderedDict()

    def get(self, name: str, drawn: Callable[[], bytes | None]) -> bytes | None:
        """The picture of a name, drawn when it is not there; that there is none is not kept."""
        with self._lock:
            if name in self._kept:
                self._kept.move_to_end(name)
                return self._kept[name]
            png = drawn()
            if png:
                self._kept[name] = png
                if len(self._kept) > self._limit:
                    self._kept.popitem(last=False)
            return png

    def clear(self) -> None:
        """Keeps none: figures that were drawn proved wrong."""
        with self._lock:
            self._kept.clear()


def draw(app: App, picture: Picture) -> bytes | None:
    """The PNG of a picture; None when there is nothing to draw, or no such kind."""
    made = DRAWINGS.get(picture.kind)
    if not made:
        return None
    with drawing(picture.look.hant):
        return ALBUM.get(picture.name, lambda: made(app, picture))


def chart(app: App, picture: Picture) -> bytes | None:
    """A theme's price, breadth and crowding; `of` is the theme and the number of trading days."""
    from bot.charts import Shown, theme_chart
    from bot.commands.asked import shown_state
    from bot.replayed import stages

    theme, days = picture.of
    known = app.store.themes().get(theme)
    app = app.of(known.exchange) if known else app
    if not known or not app.store.days(until=picture.day, limit=1):
        return None
    panel = app.store.panel(picture.day, int(days), [theme])
    told = app.ledger.transitions(theme, panel.days[0], picture.day)
    entered = stages(app, theme, panel.days[0], picture.day)
    now = entered[-1][1] if entered else Stage.QUIET
    if app.ledger.evaluated() == picture.day:  # what ended long ago is quiet again
        now = shown_state(app, theme).stage
    knobs = next(rule.params for rule in app.rules if rule.name == "breadth")
    enough = (knobs.min_members, knobs.min_coverage)
    said = (picture.language, picture.look)
    return theme_chart(Shown(panel, _named(known, picture), told, entered, now, enough, *said))


def heat(app: App, picture: Picture) -> bytes | None:
    """The heat map of the last judged day; None of another day, whose readings are not kept."""
    from bot.heatmap import Heat, Tile, heat_map, names

    if app.ledger.evaluated() != picture.day:
        return None
    themes, states, stories = app.store.themes(), app.ledger.states(), app.ledger.grouping()
    known = {
        theme: {signal.rule: signal.value for signal in signals}
        for theme, signals in app.ledger.readings().items()
        if theme in themes
    }
    sizes = {t: v.get("run_up", np.nan) for t, v in known.items()}
    breadths = [v.get("breadth", np.nan) for v in known.values()]
    tiles = []
    for theme in sorted((t for t in sizes if sizes[t] == sizes[t]), key=lambda t: -sizes[t]):
        story = stories.story(theme)
        if story and story.lead != theme and story.lead in sizes:
            continue  # its lead has the tile
        stage = states.get(theme, ThemeState(theme)).stage
        others = len(story.sizes) - 1 if story else 0
        breadth = known[theme].get("breadth", np.nan)
        tiles.append(
            Tile(names(themes[theme], picture.language), sizes[theme], breadth, stage, others)
        )
    return heat_map(
        Heat(
            picture.day,
            tiles,
            len(known),
            _median(list(sizes.values())),
            _median(breadths),
            picture.language,
            picture.look,
            any(theme.source == "simulated" for theme in themes.values()),
        )
    )


def _named(theme: Theme, picture: Picture) -> Theme:
    """The theme as it is called where the picture goes."""
    return replace(theme, name=theme_name(theme, picture.language))


def _median(values: list[float]) -> float:
    """The median of what is known; NaN of nothing."""
    known = [value for value in values if value == value]
    return float(np.median(known)) if known else float("nan")


def compared(app: App, picture: Picture) -> bytes | None:
    """Two themes, one line each; `of` are both and the number of trading days."""
    from bot.compare_chart import Compared, compare_chart

    first, second, days = picture.of
    known = app.store.themes()
    app = app.of(known[first].exchange)
    panel = app.store.panel(picture.day, int(days), [first, second])
    themes = (_named(known[first], picture), _named(known[second], picture))
    return compare_chart(Compared(panel, themes, picture.language, picture.look))


ALBUM = Album()


def chain(app: App, picture: Picture) -> bytes | None:
    """The map of ignition of the theme in `of`; None where it has no sub-industry."""
    from bot.chain_chart import Ignition, chain_chart
    from bot.chains import subs_of
    from bot.commands.chain import links

    (theme,), themes = picture.of, app.store.themes()
    app = app.of(themes[theme].exchange)
    subs = subs_of(app, themes[theme], picture.day)
    if not subs.themes:
        return None
    found = links(app, subs, picture.day)
    rule = next(rule for rule in app.rules if rule.name == "run_up")
    needed = CHAIN_DAYS + int(app.settings.rules["run_up"]["window_days"])
    panel = app.store.panel(picture.day, needed, [link.theme for link in found.links])
    run_ups = rule.score(panel, rule.params).iloc[-CHAIN_DAYS:]
    shown = Ignition(
        _named(subs.parent, picture), found, run_ups, themes, picture.language, picture.look
    )
    return chain_chart(shown)


def macro(app: App, picture: Picture) -> bytes | None:
    """The panel of macro series as known on the day."""
    from bot.macro_chart import macro_chart

    return macro_chart(app.store, picture.day, picture.language, picture.look)


DRAWINGS: dict[str, Callable[[App, Picture], bytes | None]] = {
    CHART: chart,
    HEAT: heat,
    CHAIN: chain,
    MACRO: macro,
    COMPARED: compared,
}
