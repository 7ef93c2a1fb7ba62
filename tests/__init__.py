"""Tests, one file per module; see fakes.py for the doubles."""
