"""The colours of maps, on the screen and on paper."""

from __future__ import annotations

#: Light to dark, told apart by colour-blind eyes and in grey (after Harrower and Brewer, ColorBrewer, 2003).
CLASS_COLORS = ("#fecc5c", "#fd8d3c", "#e3436b", "#a8327d", "#4b1d6b")
NO_VALUE_COLOR = "#b9bec5"
UNSERVED_COLOR = "#d00000"
WAREHOUSE_COLOR = "#1b1f24"
ROUTE_COLORS = ("#0b6e99", "#3d7a1f", "#7a4fb5", "#00857a", "#8a5a00", "#35508f")
AREA_COLOR = "#9aa5b1"
