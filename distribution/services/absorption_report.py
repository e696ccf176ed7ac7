"""What an absorption did, as a log for the files of the round and as tables for the terminal."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from distribution.documents.tables import render_csv
from distribution.domain.absorption import MoveReason, PackMove
from distribution.domain.findings import Finding
from distribution.domain.goods import Commodity
from distribution.domain.network import Outlet
from distribution.domain.numerals import format_number
from distribution.messages import Locale, render_message
from distribution.services.sentences import spell_params

LOG_HEADER = (
    "round_code", "date", "order", "commodity_code", "from_outlet", "from_name_fa", "from_name_en", "to_outlet",
    "to_name_fa", "to_name_en", "packs", "reason",
)  # fmt: skip
MAX_SHOWN = 20  # moves at a terminal; the log holds all


class LeftOutBecause(StrEnum):
    """Why a commodity of the round is left out."""

    EARLY = "early"
    PAST = "past"
    DONE = "done"


@dataclass(frozen=True)
class LeftOut:
    """A commodity that is left out, and the days from which and up to which its packs may be moved."""

    commodity: Commodity
    because: LeftOutBecause
    opens: dt.date
    deadline: dt.date

    def sentence(self, locale: Locale) -> str:
        """Say why."""
        params = {"commodity": self.commodity.name(locale), "opens": self.opens, "deadline": self.deadline}
        return render_message(f"absorption.left_out.{self.because.value}", locale, spell_params(params, locale))


@dataclass(frozen=True)
class AbsorbedGoods:
    """What became of the packs of one commodity that were not lifted; ``lifted`` and ``kept`` packs were."""

    commodity: Commodity
    deadline: dt.date
    lifted_packs: int
    kept_packs: int
    moves: tuple[PackMove, ...]

    @property
    def released_packs(self) -> int:
        """Return the packs that were given up."""
        return sum(move.packs for move in self.moves)

    def packs_by(self, reason: MoveReason) -> int:
        """Return the packs moved for a reason."""
        return sum(move.packs for move in self.moves if move.reason is reason)


@dataclass(frozen=True)
class AbsorptionReport:
    """An absorption of a round on a day.

    ``findings`` are warnings and notes about what outlets reported; ``path`` is the log's, None if no pack was given up.
    """

    round_code: str
    day: dt.date
    goods: tuple[AbsorbedGoods, ...]
    left_out: tuple[LeftOut, ...]
    outlets: Mapping[str, Outlet]
    findings: tuple[Finding, ...]
    path: str | None = None

    @property
    def has_moves(self) -> bool:
        """Tell whether any pack was given up."""
        return any(goods.moves for goods in self.goods)

    def packs_by(self, reason: MoveReason) -> int:
        """Return the packs of all goods moved for a reason."""
        return sum(goods.packs_by(reason) for goods in self.goods)

    @property
    def moved_packs(self) -> int:
        """Return the packs that passed from one outlet to another."""
        return sum(self.packs_by(reason) for reason in (MoveReason.SHORTFALL, MoveReason.DEBT, MoveReason.CAPACITY))

    def tables(self, locale: Locale) -> list[tuple[str, list[tuple[str, ...]]]]:
        """Render as titled tables of ready text, each with a header."""
        tables = [(_text("heading.goods", locale), self._goods_table(locale))]
        if self.has_moves:
            tables.append((_text("heading.moves", locale), self._moves_table(locale)))
        return tables

    def _goods_table(self, locale: Locale) -> list[tuple[str, ...]]:
        columns = [_text(f"column.{name}", locale) for name in ("commodity", "lifted", "kept", "released")]
        rows = [(*columns, *(_text(f"reason.{reason.value}", locale) for reason in MoveReason))]
        for goods in self.goods:
            packs = (goods.lifted_packs, goods.kept_packs, goods.released_packs, *map(goods.packs_by, MoveReason))
            rows.append((goods.commodity.name(locale), *(format_number(n, locale) for n in packs)))
        return rows

    def _moves_table(self, locale: Locale) -> list[tuple[str, ...]]:
        rows = [
            tuple(_text(f"column.{name}", locale) for name in ("order", "commodity", "from", "to", "packs", "reason"))
        ]
        moves = [(goods.commodity.name(locale), move) for goods in self.goods for move in goods.moves]
        for order, (commodity, move) in enumerate(moves[:MAX_SHOWN], start=1):
            reason = _text(f"reason.{move.reason.value}", locale)
            to = self.outlets[move.to_outlet].name(locale) if move.to_outlet else ""
            giver = self.outlets[move.from_outlet].name(locale)
            packs = format_number(move.packs, locale)
            rows.append((format_number(order, locale), commodity, giver, to, packs, reason))
        if len(moves) > MAX_SHOWN:
            more = {"count": format_number(len(moves) - MAX_SHOWN, locale)}
            rows.append(("", render_message("absorption.more", locale, more), "", "", "", ""))
        return rows


def render_log(report: AbsorptionReport) -> bytes:
    """Render the log: a line for each move, in the order in which they were decided."""
    rows = []
    for goods in report.goods:
        for order, move in enumerate(goods.moves, start=1):
            names = [_names(report.outlets, code) for code in (move.from_outlet, move.to_outlet)]
            head = (report.round_code, report.day, order, goods.commodity.code)
            rows.append((*head, *names[0], *names[1], move.packs, move.reason.value))
    return render_csv(LOG_HEADER, rows)


def _names(outlets: Mapping[str, Outlet], code: str | None) -> tuple[str, str, str]:
    return ("", "", "") if code is None else (code, outlets[code].name_fa, outlets[code].name_en)


def _text(key: str, locale: Locale) -> str:
    return render_message(f"absorption.{key}", locale)
