from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.intake import CsvFolder
from tests.support.networks import network_with_policies, small_network, write_csv


@pytest.fixture
def folder(tmp_path: Path) -> CsvFolder:
    """A correct input: ten outlets, two warehouses, three commodities."""
    return CsvFolder(write_csv(small_network(), tmp_path / "input"))


@pytest.fixture
def policy_folder(tmp_path: Path) -> CsvFolder:
    """A correct input with members, limits and policies."""
    return CsvFolder(write_csv(network_with_policies(), tmp_path / "policies"))
