"""Versions of the network and what an import changed."""

from __future__ import annotations

import datetime as dt
from typing import Any

from pydantic import BaseModel, Field

from api.schemas.problem import FindingOut


class FieldChangeOut(BaseModel):
    """A field that holds another value than before."""

    field: str
    old: Any
    new: Any


class RowChangeOut(BaseModel):
    """A row some fields of which changed."""

    key: str
    fields: list[FieldChangeOut]


class SheetDiffOut(BaseModel):
    """Keys of the rows of one sheet that changed."""

    added: list[str]
    changed: list[RowChangeOut]
    reactivated: list[str]
    deactivated: list[str]


class DiffOut(BaseModel):
    """What an import changed."""

    version: int = Field(description="version of the network that now holds")
    previous: int | None = Field(description="version it is compared with; null for the first")
    changed: bool = Field(description="false if the file holds what was there already")
    sheets: dict[str, SheetDiffOut] = Field(description="sheets that changed")
    settings: list[FieldChangeOut]
    travel_changed: bool
    findings: list[FindingOut] = Field(description="warnings and notes about the file")


class DatasetOut(BaseModel):
    """The network that holds now."""

    version: int
    created_at: dt.datetime = Field(description="when it was imported, UTC")
    source: str = Field(description="where it came from")
    sha256: str = Field(description="hash of its content")
    counts: dict[str, int] = Field(description="rows of each sheet")
    settings: dict[str, Any]
