"""`paomo correct`: the operator's bars over those that were wrong, and what follows from them."""

from contextlib import closing
from pathlib import Path

import pandas as pd

from bot import past
from bot.app import App, open_app
from bot.corrections import reach, settle
from bot.errors import UserError
from bot.home import LOCK, alone, lived_in
from bot.jobs import facts_of
from market.importer import ImportRefused, read_table
from market.revise import revise
from market.store import BAR

NEEDED = ("day", "code", "close")


def run_correct(file: Path) -> None:
    """Corrects bars from a file and prints what became of it."""
    known = lived_in()
    busy = f"a `paomo run` is using {known.home}; stop it meanwhile"
    with alone(known.home / LOCK, busy), closing(open_app(known)) as app:
        print(corrected(app, file))


def corrected(app: App, file: Path) -> str:
    """Corrects bars, judges their days again, puts corrections into the outbox; says what.

    Raises UserError, having changed nothing, on bars that are not stored or too old.
    """
    bars, evaluated, since = _bars(file), app.ledger.evaluated(), reach(app)
    first = bars["day"].min()
    if evaluated and first <= evaluated and not (since and since < first):
        raise UserError(
            f"{first} is too far back: days after {since or evaluated} can be judged again;"
            " for older ones `paomo import` the corrected history into a new PAOMO_HOME"
        )
    try:
        with app.store.atomic():
            made = revise(app.store, bars, evaluated or first, "operator")
    except ValueError as error:
        raise UserError(f"{file}: {error}; nothing was changed") from None
    if not made:
        return "nothing to correct: the bars are stored as they are in the file"
    alerts = settle(app, facts_of)
    if evaluated:
        past.rebuild(app, evaluated)
    return f"revision {made.id}: {made.bars} bars from {made.since}, {alerts} alerts corrected"


def _bars(file: Path) -> pd.DataFrame:
    """Day (a date), code, and those of BAR that the file has."""
    try:
        table = read_table(file)
    except ImportRefused as refused:
        raise UserError(str(refused)) from None
    missing = [name for name in NEEDED if name not in table]
    if missing or table.empty:
        raise UserError(f"{file}: expected rows of {', '.join(NEEDED)}; missing {missing}")
    figures = table[[name for name in BAR if name in table]].apply(pd.to_numeric, errors="coerce")
    days = pd.to_datetime(table["day"], errors="coerce").dt.date
    if days.isna().any() or not (figures["close"] > 0).all():
        raise UserError(f"{file}: expected a date and a close above zero in every row")
    bars: pd.DataFrame = figures.assign(day=days, code=table["code"].astype(str))
    if bars.duplicated(["day", "code"]).any():
        raise UserError(f"{file}: the same day and code stand twice")
    return bars
