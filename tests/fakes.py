"""Stand-ins that are passed as arguments: a source over a simulated market."""

from datetime import date, timedelta

import numpy as np
import pandas as pd

from market.facts import as_date, as_int
from market.simulate import SimulatedMarket
from market.source import NoData, SourceError


class FakeSource:
    """A Source that knows the simulated market up to `today`; `faults` name methods that fail."""

    name = "fake"

    def __init__(self, market: SimulatedMarket, today: date) -> None:
        self.market, self.today = market, today
        self.faults: dict[str, SourceError] = {}
        self.of_stock: dict[str, SourceError] = {}  # codes whose bars alone do not come
        self.of_board: dict[str, SourceError] = {}  # boards likewise, of their members
        self.asked: list[str] = []
        bars = market.bars.assign(growth=market.bars["close"] / market.bars["prev_close"])
        wide = bars.pivot(index="number", columns="code", values="growth")
        returns, codes = wide.to_numpy(), list(wide.columns)
        self.codes = {f"BK{n:04}": market.members[t.id] for n, t in enumerate(market.themes, 801)}
        self.names = {f"BK{n:04}": t.name for n, t in enumerate(market.themes, 801)}
        self.levels = {
            board: 1000 * returns[:, [codes.index(c) for c in own]].mean(axis=1).cumprod()
            for board, own in self.codes.items()
        }
        self.market_levels = 5000 * returns.mean(axis=1).cumprod()

    def _asked(self, what: str) -> None:
        self.asked.append(what)
        if what in self.faults:
            raise self.faults[what]

    def calendar(self) -> list[date]:
        self._asked("calendar")
        return list(self.market.days)

    def boards(self) -> pd.DataFrame:
        self._asked("boards")
        row = self.market.days.index(self.today)
        rows = [
            (code, self.names[code], levels[row], *self.counted(code))
            for code, levels in self.levels.items()
        ]
        return pd.DataFrame(rows, columns=["code", "name", "close", "advancers", "decliners"])

    def boards_now(self) -> pd.DataFrame:
        self._asked("boards_now")
        row = self.market.days.index(self.today)
        rows = [
            (self.names[code], round(levels[row] / levels[row - 1] - 1, 4))
            for code, levels in self.levels.items()
        ]
        return pd.DataFrame(rows, columns=["name", "pct"])

    def counted(self, board: str) -> tuple[int, int]:
        """Members of a board that rose and fell today."""
        board = board.removeprefix("em-")
        moves = self._bars_of(self.today).set_index("code").loc[list(self.codes[board])]
        change = moves["close"] - moves["prev_close"]
        return int((change > 0).sum()), int((change < 0).sum())

    def members(self, board: str) -> pd.DataFrame:
        self._asked("members")
        if board in self.of_board:
            raise self.of_board[board]
        if board not in self.codes:
            raise NoData(board)
        return pd.DataFrame({"code": self.codes[board]}).assign(name="模拟")

    def _bars(self, levels: np.ndarray, since: date, until: date) -> pd.DataFrame:
        frame = pd.DataFrame({"day": self.market.days, "close": levels, "amount": np.nan})
        return frame[(frame["day"] >= since) & (frame["day"] <= min(until, self.today))]

    def board_history(self, board: str, since: date, until: date) -> pd.DataFrame:
        self._asked("histories")
        if board not in self.levels:
            raise NoData(board)
        return self._bars(self.levels[board], since, until)

    def index_history(self, code: str, since: date, until: date) -> pd.DataFrame:
        self._asked("indices")
        self._asked(f"index {code}")
        return self._bars(self.market_levels, since, until)

    def stock_history(self, code: str, since: date, until: date) -> pd.DataFrame:
        self._asked("bars")
        if code in self.of_stock:
            raise self.of_stock[code]
        own = self.market.bars[self.market.bars["code"] == code]
        frame = own.assign(day=[as_date(number) for number in own["number"]])
        frame = frame[(frame["day"] >= since) & (frame["day"] <= min(until, self.today))]
        if frame.empty:
            raise NoData(code)
        return frame.reset_index(drop=True)

    def _bars_of(self, day: date) -> pd.DataFrame:
        bars = self.market.bars
        return bars[bars["number"] == as_int(day)].reset_index(drop=True)

    def snapshot(self) -> pd.DataFrame:
        self._asked("snapshot")
        quotes = self._bars_of(self.today).assign(
            name="模拟", turnover=0.01, pe_ttm=20.0, pb=2.0, market_cap=1e10
        )
        quotes.attrs["provider"] = "fake"
        return quotes

    def market_day(self, day: date) -> pd.DataFrame:
        self._asked("market_day")
        self._asked(f"market_day {day}")
        quotes = self._bars_of(day).drop(columns="number").assign(name=None, market_cap=np.nan)
        if day > self.today or quotes.empty:
            raise NoData(f"no bars of {day}")
        quotes.attrs["provider"] = "baostock"
        return quotes.assign(turnover=0.01, pe_ttm=np.nan, pb=np.nan, float_cap=np.nan)

    def earnings(self, report: date) -> pd.DataFrame:
        self._asked("earnings")
        self._asked(f"earnings {report}")
        codes = sorted(self.market.bars["code"].unique())
        figures = {"revenue": 1e9, "profit": 1e8, "revenue_yoy": 0.1, "profit_yoy": 0.1}
        return pd.DataFrame({"code": codes}).assign(report=report, published=pd.NaT, **figures)

    def macro(self, series: str) -> pd.DataFrame:
        self._asked("macro")
        self._asked(f"macro {series}")
        periods = pd.date_range("2015-01-31", self.today, freq="ME").date
        values = 0.05 + 0.01 * np.sin(np.arange(len(periods)))
        return pd.DataFrame({"period": periods, "value": values})

    def disclosures(self, report: date) -> pd.DataFrame:
        self._asked("disclosures")
        codes = sorted(self.market.bars["code"].unique())
        return pd.DataFrame({"code": codes}).assign(published=report + timedelta(days=20))

    def balances(self, report: date) -> pd.DataFrame:
        self._asked(f"balances {report}")
        self._asked("balances")
        codes = sorted(self.market.bars["code"].unique())
        figures = {"inventories": 1e8 * (report.year - 2000), "assets": 5e9, "equity": 2e9}
        return pd.DataFrame({"code": codes}).assign(**figures)

    def company(self, code: str) -> pd.DataFrame:
        self._asked(f"company {code}")
        self._asked("company")
        ends = pd.date_range("2022-03-31", self.today, freq="QE").date
        figures = {"profit": 1e8, "core_profit": 8e7, "pretax": 1.2e8, "investment": 3e7}
        figures |= {"trading": 2e8, "assets": 5e9}
        return pd.DataFrame({"report": ends}).assign(published=pd.NaT, **figures)

    def notices(self, day: date) -> pd.DataFrame:
        self._asked(f"notices {day}")
        self._asked("notices")
        titles = ["关于股东减持股份计划的公告", "股票交易异常波动公告", "年度报告"]
        links = [f"https://example.com/{day}/{n}" for n in range(3)]
        codes = sorted(self.market.bars["code"].unique())[:3]
        return pd.DataFrame({"code": codes, "title": titles, "day": day, "link": links})

    def lockups(self, since: date, until: date) -> pd.DataFrame:
        self._asked("lockups")
        codes = sorted(self.market.bars["code"].unique())[:2]
        days = [since + timedelta(days=5), since + timedelta(days=40)]
        frame = pd.DataFrame({"code": codes, "day": days, "size": [1e9, np.nan]})
        frame = frame.assign(shares=[5e7, np.nan], float_share=[0.2, np.nan])
        return frame.assign(title="首发原股东限售股份", link="https://example.com/dxf")

    def new_funds(self) -> pd.DataFrame:
        self._asked("new_funds")
        names = ["模拟深思链ETF", "模拟深思链ETF联接A", "别的混合"]
        frame = pd.DataFrame({"code": ["510001", "510002", "510003"], "name": names})
        return frame.assign(day=self.today, shares=[1.5e9, np.nan, 1e9])

    def telegraph(self) -> pd.DataFrame:
        self._asked("telegraph")
        at = pd.Timestamp(f"{self.today} 04:00", tz="UTC")
        frame = pd.DataFrame(
            {
                "at": [at, at + pd.Timedelta(minutes=1), at + pd.Timedelta(minutes=2)],
                "title": ["美方宣布新的出口管制", "A new <b> probe into 模拟深思链", "天气晴"],
                "body": ["涉及甲乙丙股份", "", ""],
                "link": ["https://example.com/1", "https://example.com/2", ""],
            }
        )
        frame.attrs["provider"] = "fake"
        return frame
