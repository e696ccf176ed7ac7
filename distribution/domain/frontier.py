"""The deviation bounds whose price is told unless somebody asks for others."""

from __future__ import annotations

from decimal import Decimal

DEFAULT_BOUNDS = tuple(map(Decimal, ("0", "0.01", "0.02", "0.05", "0.1", "0.2", "0.5")))
