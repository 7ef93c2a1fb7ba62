"""Errors meant for the person at the keyboard: one clear line, an exit code, no traceback."""


class UserError(Exception):
    """What was wrong, what was expected, what to do next."""

    def __init__(self, message: str, code: int = 2) -> None:
        """`code` is the program's exit code."""
        super().__init__(message)
        self.code = code
