"""Untrusted input to domain objects: every mistake found at once, with the way to repair it."""

from distribution.intake.network_checks import check_dataset
from distribution.intake.reading import ReadResult, read_dataset, require_dataset

__all__ = ["ReadResult", "check_dataset", "read_dataset", "require_dataset"]
