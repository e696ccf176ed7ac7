"""Numbers in paths."""

from __future__ import annotations

_MOST_NUMBER = 2**31 - 1


def read_number(text: str) -> int:
    """Read a number of a path; what is none is 0, of which there is nothing."""
    if text.isascii() and text.isdigit() and len(text) < 11 and int(text) <= _MOST_NUMBER:
        return int(text)
    return 0
