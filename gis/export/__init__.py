"""Layers with ready texts, written in the formats that maps and phones read."""
