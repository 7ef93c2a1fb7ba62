"""What the bot survives, tried and counted: the rows of `make chaos`."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Row:
    """One thing tried many times."""

    name: str
    tried: int
    lost: int
    doubled: int
    marked: int  # of the doubled, how many said that they may be a repeat
    figure: str  # what else was measured
    holds: bool
