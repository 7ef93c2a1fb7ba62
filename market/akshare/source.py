"""AkshareSource: the Source seam over AKShare in a child process; imports no AKShare itself."""

from datetime import date

import pandas as pd

from market.worker import Worker


class AkshareSource:
    """Market data through AKShare; every method may raise the four SourceErrors."""

    name = "akshare"

    def __init__(self, worker: Worker) -> None:
        """The worker is the caller's to close."""
        self.worker = worker

    def calendar(self) -> list[date]:
        """See Source."""
        days: list[date] = self.worker.call("calendar")
        return days

    def boards(self) -> pd.DataFrame:
        """See Source."""
        return self._frame("boards")

    def members(self, board: str) -> pd.DataFrame:
        """See Source."""
        return self._frame("members", board)

    def board_history(self, board: str, since: date, until: date) -> pd.DataFrame:
        """See Source."""
        return self._frame("board_history", board, since, until)

    def snapshot(self) -> pd.DataFrame:
        """See Source."""
        return self._frame("snapshot")

    def earnings(self, report: date) -> pd.DataFrame:
        """See Source."""
        return self._frame("earnings", report)

    def index_history(self, code: str, since: date, until: date) -> pd.DataFrame:
        """See Source."""
        return self._frame("index_history", code, since, until)

    def _frame(self, name: str, *args: str | date) -> pd.DataFrame:
        frame: pd.DataFrame = self.worker.call(name, *args)
        return frame
