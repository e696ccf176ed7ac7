"""The clock of work: it stands still while everybody rests, so that whoever plans by it need know of no rest."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from pydantic import TypeAdapter

from distribution.domain.types import TimeWindow, TimeWindows

Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class WorkClock:
    """Turns the time of day into the time worked since midnight, and back.

    Whatever goes on as a rest begins, driving or unloading, goes on after it. ``rests`` are ascending and apart.
    """

    rests: tuple[TimeWindow, ...] = ()

    def read(self, time_s: int) -> int:
        """Return what the clock of work shows at a time of day."""
        return time_s - sum(min(max(time_s - rest.start_s, 0), rest.end_s - rest.start_s) for rest in self.rests)

    def begins(self, worked_s: int) -> int:
        """Return the time of day at which what begins then by the clock of work begins: after a rest, not before it."""
        time_s = worked_s
        for rest in self.rests:
            if time_s >= rest.start_s:
                time_s += rest.end_s - rest.start_s
        return time_s

    def ends(self, worked_s: int) -> int:
        """Return the time of day at which what ends then by the clock of work ends: before a rest, not after it."""
        time_s = worked_s
        for rest in self.rests:
            if time_s > rest.start_s:
                time_s += rest.end_s - rest.start_s
        return time_s

    def hours(self, span: Span) -> Span:
        """Return opening or working hours by the clock of work."""
        return self.read(span[0]), self.read(span[1])

    def beginnings(self, spans: Iterable[Span]) -> tuple[Span, ...]:
        """Return the spans in which something may begin, both ends included; a span within a rest is gone.

        What would begin as a rest does begins after it: a span that ends in a rest ends a second before.
        """
        found = []
        for start_s, end_s in spans:
            within = any(rest.start_s <= end_s < rest.end_s for rest in self.rests)
            first, last = self.read(start_s), self.read(end_s) - within
            if first <= last:
                found.append((first, last))
        return tuple(found)


def clock_of(rests: str) -> WorkClock:
    """Return the clock that stands still in hours written like ``12:30-13:30;15:00-15:10``, ascending and apart.

    Raises
    ------
    ValueError
        If the text is no such hours.
    """
    windows: tuple[TimeWindow, ...] = TypeAdapter(TimeWindows).validate_python(rests)
    return WorkClock(windows)
