"""A command waits for what it needs itself, and not for what the others need."""

from __future__ import annotations

import subprocess
import sys

#: Slow to load; of the commands, only some need them.
SLOW = {"alembic", "celery", "fastapi", "geopandas", "ortools", "pandas", "shapely", "typst", "uvicorn", "xlsxwriter"}


def test_the_command_line_loads_nothing_slow_before_it_knows_the_command() -> None:
    code = "import sys, api.cli; print(*sorted(name for name in sys.modules if '.' not in name))"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert "typer" in loaded
    assert SLOW.isdisjoint(loaded)
