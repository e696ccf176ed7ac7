"""taavon: who is entitled to what, and what became of it."""

__version__ = "0.1.0"
