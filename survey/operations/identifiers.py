"""The codes people choose for units, counters, waves and targets; they stand in addresses, files and commands."""

from __future__ import annotations

import re

_CODE = re.compile(r"\w[\w.-]{0,39}")


def is_code(text: str) -> bool:
    """Whether it has 1 to 40 letters, digits, underscores, hyphens and full stops, the first no hyphen or stop."""
    return _CODE.fullmatch(text) is not None
