"""What a check of a whole network works on."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from distribution.allocation.population import Served, resolve_populations
from distribution.domain.dataset import Dataset
from distribution.domain.eligibility import eligible_outlets
from distribution.domain.enums import StorageClass
from distribution.domain.goods import Commodity, Quota
from distribution.domain.network import Outlet
from distribution.domain.policy import Policy
from distribution.intake.log import FindingLog

#: (sheet, parts of the key...) -> the row it stands in; empty where a network did not come from a file.
RowOf = Mapping[tuple[str, ...], int]
#: How many codes are named where there may be many.
_NAMED = 3


@dataclass(frozen=True)
class CheckContext:
    """A network, where its rows stand, and where findings go."""

    dataset: Dataset
    row_of: RowOf
    log: FindingLog

    def row(self, sheet: str, *key: str) -> int | None:
        """Return the row of a key (of most sheets, a code), if known."""
        return self.row_of.get((sheet, *key))

    @cached_property
    def policies(self) -> tuple[Policy, ...]:
        """List the policies; of a code that stands twice, the last, as of its row."""
        return tuple({policy.code: policy for policy in self.dataset.policies}.values())

    @cached_property
    def quotas(self) -> tuple[tuple[Quota, Commodity, tuple[Outlet, ...]], ...]:
        """List every quota with its commodity and the outlets that take part."""
        commodities = self.dataset.commodity_by_code
        return tuple((q, commodities[q.commodity_code], eligible_outlets(self.dataset, q)) for q in self.dataset.quotas)

    @cached_property
    def served(self) -> Mapping[str, Served]:
        """Return the people each outlet serves."""
        return resolve_populations(self.dataset.areas, self.dataset.outlets, self.dataset.members)


@dataclass(frozen=True)
class NetworkCheck:
    """A check, and the sheets whose every row it has to know.

    A row with an error is left out of the network. A check that such a row could not have kept silent, for each of its
    findings holds whatever other rows say, needs no sheet: its findings come with all others at once.
    """

    run: Callable[[CheckContext], None]
    needs: tuple[str, ...]


def name_some(codes: Sequence[str]) -> str:
    """List a few codes as examples of all."""
    return ", ".join([*codes[:_NAMED], *(["…"] if len(codes) > _NAMED else [])])


def storage_kg(outlet: Outlet, storage_class: StorageClass) -> int:
    """Return an outlet's storage for a class, kg."""
    by_class = {
        StorageClass.DRY: outlet.storage_dry_kg,
        StorageClass.CHILLED: outlet.storage_chilled_kg,
        StorageClass.FROZEN: outlet.storage_frozen_kg,
    }
    return by_class[storage_class]
