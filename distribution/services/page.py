"""A page of a list, and where the next one begins."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

Item = TypeVar("Item")


@dataclass(frozen=True, slots=True)
class Page(Generic[Item]):
    """Some items of a list; ``next`` is the key after which the list goes on, None at its end."""

    items: tuple[Item, ...]
    next: str | None = None


def cut_page(keyed: Sequence[tuple[str, Item]], limit: int) -> Page[Item]:
    """Make a page of at most ``limit`` items from a list that was read one item further."""
    more = len(keyed) > limit
    return Page(tuple(item for _, item in keyed[:limit]), keyed[limit - 1][0] if more else None)
