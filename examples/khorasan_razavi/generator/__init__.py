"""Build the synthetic network of the example from the real places and counts of ``facts/``."""
