"""The macro series: what each is, where it comes from, when it is public. One table, no code.

Release lags are the latest of normal years, holidays included: a value never counts too early.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Series:
    """One series; values are kept as fractions, points or CNY."""

    key: str
    zh: str
    en: str
    unit: str  # fraction (a change) | rate (a level) | points | cny
    cadence: str  # month | quarter | day
    lag_days: int  # calendar days from a period's end to its release
    function: str  # AKShare's
    column: str  # of its answer
    arguments: tuple[str, ...] = ()
    only: tuple[str, str] = ("", "")  # a column, and what it says where a row is of this series
    base: float = 0.0  # taken off their figure
    scale: float = 1.0  # then their unit in ours
    low: float = 0.0  # in our unit; what lies outside is not this series
    high: float = 0.0
    silent_days: int = 0  # calendar days beyond a month that it is normally silent
    summed_days: int = 1  # periods that one reading sums
    note_zh: str = ""
    note_en: str = ""
    hosts: str = "eastmoney"  # group of hosts, as market/transport.py has them

    @property
    def dead_days(self) -> int:
        """Calendar days from its newest period's end after which it is dead."""
        return self.lag_days + DEAD_DAYS + self.silent_days


DEAD_DAYS = 45  # beyond the release lag
PERCENT = 0.01
YI = 1e8  # 亿
QUARTER_DAYS, JANUARY_DAYS = 61, 28  # of silence beyond a month: a quarter's; no January figure

TABLE = (
    Series(
        *("confidence", "消费者信心指数", "consumer confidence", "points", "month", 40),
        function="macro_china_xfzxx",
        column="消费者信心指数-指数值",  # its column of expectations is a copy of another
        low=50,
        high=150,
        note_zh="100 为中性",
        note_en="100 is neutral",
    ),
    Series(
        *("m2", "M2 同比", "M2, on a year before", "fraction", "month", 20),
        function="macro_china_money_supply",
        column="货币和准货币(M2)-同比增长",
        scale=PERCENT,
        low=-0.05,
        high=0.6,
    ),
    Series(
        *("fdi", "实际使用外资累计同比", "foreign investment, year to date", "fraction"),
        *("month", 25),
        function="macro_china_fdi",
        column="累计-同比增长",
        scale=PERCENT,
        low=-1,
        high=5,
        note_zh="来源止于 2023-07",
        note_en="its source ends at 2023-07",
    ),
    Series(
        *("deflator", "GDP 平减指数同比（年初至今）", "GDP deflator, year to date", "fraction"),
        *("quarter", 20),
        function="macro_china_gdp",
        column="国内生产总值-绝对值",
        low=-0.1,
        high=0.4,
        silent_days=QUARTER_DAYS,
        note_zh="由累计名义与实际增速推得",
        note_en="from cumulative nominal and real growth",
    ),
    Series(
        *("cpi", "CPI 同比", "consumer prices, on a year before", "fraction", "month", 16),
        function="macro_china_cpi",
        column="全国-同比增长",
        scale=PERCENT,
        low=-0.1,
        high=0.4,
    ),
    Series(
        *("ppi", "PPI 同比", "producer prices, on a year before", "fraction", "month", 16),
        function="macro_china_ppi",
        column="当月同比增长",
        scale=PERCENT,
        low=-0.2,
        high=0.4,
    ),
    Series(
        *("climate", "国房景气指数", "housing climate index", "points", "month", 20),
        function="macro_china_real_estate",
        column="最新值",
        low=70,
        high=130,
        silent_days=JANUARY_DAYS,
        note_zh="100 为适度；一月无数据",
        note_en="100 is moderate; none for January",
    ),
    Series(
        *("homes", "新房价格同比（京沪均值）", "new homes, Beijing and Shanghai", "fraction"),
        *("month", 23),
        function="macro_china_new_house_price",
        arguments=("北京", "上海"),
        column="新建商品住宅价格指数-同比",
        base=100,
        scale=PERCENT,
        low=-0.4,
        high=0.6,
        note_zh="两城均值，非七十城",
        note_en="mean of two cities, not of seventy",
    ),
    Series(
        *("southbound", "南向资金20日净买入", "southbound net buying, 20 days", "cny", "day", 1),
        function="stock_hsgt_hist_em",
        arguments=("南向资金",),
        column="当日成交净买额",
        scale=YI,
        low=-2e11,
        high=2e11,
        summed_days=20,
        note_zh="来源未标明币种，按元计",
        note_en="its source names no currency; taken as CNY",
    ),
    Series(
        *("margin", "融资余额", "margin balance", "cny", "day", 2),
        function="stock_margin_account_info",
        column="融资余额",
        scale=YI,
        low=0,
        high=1e13,
    ),
    Series(
        *("yield10", "10年期国债收益率", "10-year government bond yield", "rate", "day", 1),
        function="bond_zh_us_rate",
        arguments=("20160101",),  # it reads pages of 500 days until this one
        column="中国国债收益率10年",
        scale=PERCENT,
        low=0.005,
        high=0.06,
    ),
    Series(
        *("unemployment", "城镇调查失业率", "surveyed urban unemployment", "rate", "month"),
        lag_days=47,  # January's
        function="macro_china_urban_unemployment",
        column="value",
        only=("item", "全国城镇调查失业率"),  # beside it are age groups and large cities
        scale=PERCENT,
        low=0.02,
        high=0.15,
        note_zh="一月数据于三月公布",
        note_en="January's comes in March",
        hosts="stats",
    ),
)
SERIES = {series.key: series for series in TABLE}
