"""Why a rule knows nothing of a theme on the newest day of a panel."""

from enum import StrEnum
from typing import Any

import pandas as pd

from signals.panel import Panel


class Unknown(StrEnum):
    """The first of these that holds is the reason."""

    NO_FIGURES = "no_figures"  # the theme has no level that day
    THIN = "thin"  # fewer members with figures than the rule's least number
    COVERAGE = "coverage"  # a smaller share of members with figures than the rule's least
    YOUNG = "young"  # fewer days known than the rule looks back
    INPUT = "input"  # a figure the rule needs is not known


def reason(panel: Panel, theme: str, params: Any) -> Unknown:
    """Why a rule with these knobs has no value of a theme on the panel's last day."""
    known = panel.close[theme].notna()
    if not known.iloc[-1]:
        return Unknown.NO_FIGURES
    counted, members = _last(panel.ma20_known, theme), _last(panel.members, theme)
    if counted < getattr(params, "min_members", 0):
        return Unknown.THIN
    if counted < getattr(params, "min_coverage", 0) * members:
        return Unknown.COVERAGE
    if _last(panel.earnings_share, theme) < getattr(params, "min_share", 0):
        return Unknown.COVERAGE
    looks_back = max(getattr(params, days, 0) for days in ("window_days", "past_days"))
    return Unknown.YOUNG if known.sum() <= looks_back else Unknown.INPUT


def _last(frame: pd.DataFrame, theme: str) -> float:
    return float(frame[theme].iloc[-1])
