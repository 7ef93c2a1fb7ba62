"""Indices of the mainland and of other markets, to set beside each other; levels only."""

from dataclasses import dataclass


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
NASDAQ = Index(".IXIC", "纳斯达克", "NASDAQ")
SENSEX = Index("SENSEX", "印度SENSEX", "Sensex")
ABROAD = (Index(".INX", "标普500", "S&P 500"), NASDAQ, SENSEX)
INDICES = (*HOME, *ABROAD)
