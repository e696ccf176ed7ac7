"""The offline map: one page that opens from a file, without a network."""
