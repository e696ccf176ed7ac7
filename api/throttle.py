"""Slow down whoever tries keys."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict, deque
from collections.abc import Callable

#: Wrong keys that one address may send in so many seconds before it has to wait.
MOST_FAILURES, WINDOW_S = 30, 60.0
#: Addresses remembered; the one that failed longest ago is forgotten first.
_MOST_ADDRESSES = 10_000


class FailureThrottle:
    """Count the wrong keys of each address over the last minute; safe to share between threads."""

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
        """Count a wrong key."""
        with self._lock:
            times = self._failures.setdefault(address, deque(maxlen=MOST_FAILURES))
            times.append(self._clock())
            self._failures.move_to_end(address)
            while len(self._failures) > _MOST_ADDRESSES:
                self._failures.popitem(last=False)
