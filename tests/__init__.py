"""Tests, one file per module; see fakes.py for the doubles."""

ALONE = {"PAOMO_SOURCE__BUDGET__BAOSTOCK": "0"}  # as where the extra baostock is not installed
