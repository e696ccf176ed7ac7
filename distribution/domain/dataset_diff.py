"""What an import changed, sheet by sheet."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

#: A value as JSON holds it.
JsonValue = object


@dataclass(frozen=True, slots=True)
class FieldChange:
    """A field that holds another value than before; values as JSON holds them."""

    field: str
    old: JsonValue
    new: JsonValue


@dataclass(frozen=True, slots=True)
class RowChange:
    """A row some fields of which changed."""

    key: str
    fields: tuple[FieldChange, ...]


@dataclass(frozen=True, slots=True)
class SheetDiff:
    """Rows of one sheet, by key (the code; the parts of a longer key are joined by ``|``), in order.

    A row that comes back with other values than it left with is in ``reactivated`` and in ``changed``.
    """

    added: tuple[str, ...] = ()
    changed: tuple[RowChange, ...] = ()
    reactivated: tuple[str, ...] = ()
    deactivated: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        """Tell whether anything changed."""
        return bool(self.added or self.changed or self.reactivated or self.deactivated)

    def counts(self) -> dict[str, int]:
        """Count the rows of each kind of change."""
        return {
            "added": len(self.added),
            "changed": len(self.changed),
            "reactivated": len(self.reactivated),
            "deactivated": len(self.deactivated),
        }


@dataclass(frozen=True, slots=True)
class DatasetDiff:
    """The way from one version to another; only sheets that changed are in ``sheets``.

    ``version`` is the version that now holds, ``previous`` the one it is compared with (None: an empty store).
    """

    version: int
    previous: int | None
    sheets: Mapping[str, SheetDiff] = field(default_factory=dict)
    settings: tuple[FieldChange, ...] = ()
    travel_changed: bool = False

    def __bool__(self) -> bool:
        """Tell whether anything changed."""
        return bool(self.sheets or self.settings or self.travel_changed)

    def counts(self) -> dict[str, dict[str, int]]:
        """Count the changes of each sheet that changed."""
        return {sheet: diff.counts() for sheet, diff in self.sheets.items()}

    def totals(self) -> dict[str, int]:
        """Count the changes over all sheets."""
        totals = SheetDiff().counts()
        for counts in self.counts().values():
            for kind, count in counts.items():
                totals[kind] += count
        return totals


def compare_fields(old: Mapping[str, JsonValue], new: Mapping[str, JsonValue]) -> tuple[FieldChange, ...]:
    """List the fields that differ, in the order of the new ones."""
    return tuple(FieldChange(name, old.get(name), value) for name, value in new.items() if old.get(name) != value)
