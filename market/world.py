"""Indices of the mainland and of other markets, to set beside each other; levels only."""

from dataclasses import dataclass
from datetime import date, timedelta

from market.checks import Fault
from market.facts import as_int
from market.source import Source, SourceError
from market.store import Store


@dataclass(frozen=True)
class Index:
    """An index as the source knows it."""

    code: str
    zh: str
    en: str

    @property
    def id(self) -> str:
        """What its points are kept under."""
        return f"index-{self.code.lstrip('.')}"


SHANGHAI = Index("sh000001", "上证指数", "Shanghai Composite")
HSTECH = Index("HSTECH", "恒生科技", "Hang Seng Tech")
HOME = (SHANGHAI, HSTECH)
ABROAD = (
    Index(".INX", "标普500", "S&P 500"),
    Index(".IXIC", "纳斯达克", "NASDAQ"),
    Index("SENSEX", "印度SENSEX", "Sensex"),
)
INDICES = (*HOME, *ABROAD)


def fetch_indices(source: Source, store: Store, day: date, span: timedelta) -> list[Fault]:
    """Brings in each index; one that does not come is a fault, and the others still come.

    Only days before `day`: in Shanghai's evening the others still trade, or have not begun. Raises
    SourceError when none comes.
    """
    failed: dict[str, SourceError] = {}
    for index in INDICES:
        try:
            _fetch(source, store, index, day, span)
        except SourceError as error:
            failed[index.en] = error
    if len(failed) == len(INDICES):
        raise failed[INDICES[-1].en]
    return [Fault("world", f"{name}: {error}") for name, error in failed.items()]


def _fetch(source: Source, store: Store, index: Index, day: date, span: timedelta) -> None:
    bars = source.index_history(index.code, day - span, day - timedelta(days=1))
    store.save_points(
        (index.id, as_int(d), close, None, source.name)
        for d, close in zip(bars["day"], bars["close"], strict=True)
    )
