"""When a path is through as a function of when its truck starts to load, in pieces of whole seconds."""

from __future__ import annotations

from collections.abc import Iterable

#: For starts from ``first`` to ``last``: through at ``at``, or ``slope`` (0 or 1) seconds later for each second after ``first``.
Piece = tuple[int, int, int, int]  # first, last, at, slope
#: Ascending, without gaps; never falling from one start to a later one.
Pieces = tuple[Piece, ...]


def follow(pieces: Pieces, seconds: int, windows: Iterable[tuple[int, int]], service_s: int) -> Pieces:
    """Return when a path is through after a further leg and a stop, waiting for the next window where there are any."""
    if not windows:
        wait = seconds + service_s
        return tuple((first, last, at + wait, slope) for first, last, at, slope in pieces)
    after: list[Piece] = []
    for first, last, at, slope in pieces:
        arrival = at + seconds
        closed = -1
        for opens, closes in windows:
            if slope == 0:
                if closed < arrival <= closes:
                    after.append((first, last, max(arrival, opens) + service_s, 0))
            else:
                # Starts whose arrival lies after the window before, up to the opening, and from there to the end.
                low = max(first, first + closed + 1 - arrival)
                turn, high = first + opens - arrival, min(last, first + closes - arrival)
                if low <= min(turn - 1, high):
                    after.append((low, min(turn - 1, high), opens + service_s, 0))
                low = max(low, turn)
                if low <= high:
                    after.append((low, high, arrival + low - first + service_s, 1))
            closed = closes
    return tuple(after)


def start_from(pieces: Pieces, earliest: int) -> Pieces:
    """Leave out the starts before a time."""
    if not pieces or pieces[0][0] >= earliest:
        return pieces
    return tuple(
        (max(first, earliest), last, at + slope * max(0, earliest - first), slope)
        for first, last, at, slope in pieces
        if last >= earliest
    )


def through_by(pieces: Pieces, latest: int) -> Pieces:
    """Leave out the starts after which the path is not through by a time."""
    if not pieces or pieces[-1][2] + pieces[-1][3] * (pieces[-1][1] - pieces[-1][0]) <= latest:
        return pieces
    return tuple(
        (first, min(last, first + latest - at) if slope else last, at, slope)
        for first, last, at, slope in pieces
        if at <= latest
    )


def through_at(pieces: Pieces, start: int) -> int | None:
    """Return when the path is through; None for a start that it does not allow."""
    for first, last, at, slope in pieces:
        if first <= start <= last:
            return at + slope * (start - first)
    return None


def never_later(one: Pieces, other: Pieces) -> bool:
    """Tell whether one path is through no later than the other for every start that the other allows."""
    if not other:
        return True
    if not one or one[0][0] > other[0][0] or one[-1][1] < other[-1][1]:
        return False
    edges = {edge for first, last, _, _ in (*one, *other) for edge in (first, last)}
    for start in edges:
        if other[0][0] <= start <= other[-1][1]:
            mine, its = through_at(one, start), through_at(other, start)
            if mine is None or its is None or mine > its:
                return False
    return True


def best_starts(pieces: Pieces, earliest: int) -> list[tuple[int, int]]:
    """Return the (start, through) from a time on that no other beats both in being through and in time taken."""
    return [
        (last, at) if slope == 0 else (max(first, earliest), at + max(0, earliest - first))
        for first, last, at, slope in pieces
        if last >= earliest
    ]
