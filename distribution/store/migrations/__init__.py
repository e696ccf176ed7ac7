"""The way of the schema, step by step; packaged, and run by ``upgrade``."""
