"""The texts of a finished figure, spelt as the reader it is drawn for writes."""

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from bot.script import drawn

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def spell(made: "Figure") -> None:
    """Changes titles, labels and names of ticks in place; see script.drawing."""
    from matplotlib.text import Text
    from matplotlib.ticker import FuncFormatter

    for text in made.findobj(Text):
        text.set_text(drawn(text.get_text()))
    for axis in (axis for axes in made.axes for axis in (axes.xaxis, axes.yaxis)):
        names = axis.get_major_formatter()
        if isinstance(names, FuncFormatter):  # labels that were given are set anew when drawn
            names.func = partial(_spelt_label, names.func)


def _spelt_label(label: Callable[..., str], value: float, place: int | None = None) -> str:
    return drawn(label(value, place))
