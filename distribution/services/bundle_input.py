"""A network as the entries ``input/*.csv`` of a bundle, and back."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from pathlib import Path

from distribution.domain.dataset import Dataset
from distribution.intake.export import write_csv_folder
from distribution.intake.reading import ReadResult, read_dataset

FOLDER = "input/"


def dump_input(dataset: Dataset) -> dict[str, bytes]:
    """Write a network as the sheets that a user would give, the travel matrix too if there is one."""
    with tempfile.TemporaryDirectory(prefix="taavon-") as place:
        write_csv_folder(dataset, Path(place))
        return {FOLDER + file.name: file.read_bytes() for file in sorted(Path(place).iterdir())}


def load_input(entries: Mapping[str, bytes]) -> ReadResult:
    """Read a network back as any input is read: by the same checks, with findings for what is wrong."""
    with tempfile.TemporaryDirectory(prefix="taavon-") as place:
        for name, content in entries.items():
            if name.startswith(FOLDER) and name.count("/") == 1:
                (Path(place) / name.removeprefix(FOLDER)).write_bytes(content)
        return read_dataset(Path(place))
