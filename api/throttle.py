"""Slow down whoever tries keys or passwords, and whoever asks too much."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict, deque
from collections.abc import Callable

#: Wrong keys or passwords that one address may send in so many seconds before it has to wait.
MOST_FAILURES, WINDOW_S = 30, 60.0
#: Addresses remembered; the one that failed longest ago is forgotten first.
_MOST_ADDRESSES = 10_000


class FailureThrottle:
    """Count what was wrong from each address, or for each name, over the last minute; safe to share between threads."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._failures: OrderedDict[str, deque[float]] = OrderedDict()

    def wait_s(self, address: str) -> int:
        """Return how many seconds an address has to wait; 0 if it may ask."""
        with self._lock:
            times = self._failures.get(address)
            if times is None or len(times) < MOST_FAILURES:
                return 0
            left = times[0] + WINDOW_S - self._clock()
            return max(0, -int(-left // 1))

    def note_failure(self, address: str) -> None:
        """Count a wrong key or password."""
        with self._lock:
            times = self._failures.setdefault(address, deque(maxlen=MOST_FAILURES))
            times.append(self._clock())
            self._failures.move_to_end(address)
            while len(self._failures) > _MOST_ADDRESSES:
                self._failures.popitem(last=False)


class RequestLimit:
    """Let everybody ask so many times a minute, and save up no more than that (a token bucket); safe between threads."""

    def __init__(self, per_minute: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._per_minute = per_minute
        self._clock = clock
        self._lock = threading.Lock()
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def take(self, name: str) -> int:
        """Count a request of somebody; return 0 if it may be answered, else the seconds to wait."""
        with self._lock:
            now = self._clock()
            left, then = self._left.get(name, (float(self._per_minute), now))
            left = min(float(self._per_minute), left + (now - then) * self._per_minute / 60)
            self._left[name] = (max(0.0, left - 1) if left >= 1 else left, now)
            self._left.move_to_end(name)
            while len(self._left) > _MOST_ADDRESSES:
                self._left.popitem(last=False)
            return 0 if left >= 1 else max(1, -int(-(1 - left) * 60 / self._per_minute // 1))
