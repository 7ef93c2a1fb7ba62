"""What is said of a file of the operator's that cannot be taken."""

from collections.abc import Callable
from pathlib import Path

import pytest

from config.layers import SettingsError


def refusal(load: Callable[[Path], object], file: Path, text: str) -> str:
    """All that is said when a home with that file is read."""
    file.write_text(text, "utf-8")
    with pytest.raises(SettingsError) as caught:
        load(file.parent)
    return str(caught.value)
