"""The files of a round, each from one file here."""
