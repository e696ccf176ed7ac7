"""Ruin and recreate, compiled: everything in here runs without the interpreter's lock."""
