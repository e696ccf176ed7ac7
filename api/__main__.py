"""``python -m api`` is the command ``taavon``."""

from api.cli import app

app(prog_name="taavon")
