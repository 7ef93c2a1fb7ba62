"""AkshareSource: the Source seam over AKShare in a child process; imports no AKShare itself."""

from datetime import date
from typing import Any

import pandas as pd

from market.akshare.chains import CHAINS, MAINLAND
from market.source import SourceError
from market.worker import Worker


class AkshareSource:
    """Market data through AKShare; every method may raise the four SourceErrors."""

    name = "akshare"

    def __init__(self, worker: Worker) -> None:
        """The worker is the caller's to close."""
        self.worker = worker

    def calendar(self) -> list[date]:
        """See Source."""
        days: list[date] = self._chain("calendar")
        return days

    def boards(self) -> pd.DataFrame:
        """See Source."""
        return self._frame("boards")

    def boards_now(self) -> pd.DataFrame:
        """See Source."""
        return self._frame("boards_now")

    def limit_ups(self, day: date) -> pd.DataFrame:
        """See Source."""
        return self._frame("limit_ups", day)

    def broken_boards(self, day: date) -> pd.DataFrame:
        """See Source."""
        return self._frame("broken_boards", day)

    def members(self, board: str) -> pd.DataFrame:
        """See Source."""
        return self._frame("members", board)

    def board_history(self, board: str, since: date, until: date) -> pd.DataFrame:
        """See Source."""
        return self._frame("board_history", board, since, until)

    def stock_history(self, code: str, since: date, until: date) -> pd.DataFrame:
        """See Source."""
        return self._frame("stock_history", code, since, until)

    def snapshot(self) -> pd.DataFrame:
        """See Source."""
        return self._frame("snapshot")

    def market_day(self, day: date) -> pd.DataFrame:
        """See Source."""
        return self._frame("market_day", day)

    def earnings(self, report: date) -> pd.DataFrame:
        """See Source."""
        return self._frame("earnings", report)

    def index_history(self, code: str, since: date, until: date) -> pd.DataFrame:
        """See Source."""
        need = "index_history" if code.startswith(MAINLAND) else "index_abroad"
        return self._frame(need, code, since, until)

    def hk_history(self, code: str, since: date, until: date) -> pd.DataFrame:
        """See Source."""
        return self._frame("hk_history", code, since, until)

    def macro(self, series: str) -> pd.DataFrame:
        """See Source."""
        return self._frame("macro", series)

    def disclosures(self, report: date) -> pd.DataFrame:
        """See Source."""
        return self._frame("disclosures", report)

    def balances(self, report: date) -> pd.DataFrame:
        """See Source."""
        return self._frame("balances", report)

    def company(self, code: str) -> pd.DataFrame:
        """See Source."""
        return self._frame("company", code)

    def notices(self, day: date) -> pd.DataFrame:
        """See Source."""
        return self._frame("notices", day)

    def lockups(self, since: date, until: date) -> pd.DataFrame:
        """See Source."""
        return self._frame("lockups", since, until)

    def new_funds(self) -> pd.DataFrame:
        """See Source."""
        return self._frame("new_funds")

    def telegraph(self) -> pd.DataFrame:
        """See Source."""
        return self._frame("telegraph")

    def _frame(self, need: str, *args: str | date) -> pd.DataFrame:
        frame: pd.DataFrame = self._chain(need, *args)
        return frame

    def _chain(self, need: str, *args: str | date) -> Any:
        """What the first step of a need that does not fail gives; each is a call of its own, for
        one may be killed. When all fail, the first one's error tells of all."""
        failed: list[SourceError] = []
        for step in CHAINS[need]:
            try:
                return self.worker.call(step.call, *args)
            except SourceError as error:
                failed.append(error)
        raise type(failed[0])("; then ".join(map(str, failed)))
