"""The key of a need weight: what it may be depends on the basis in the same row."""

from __future__ import annotations

from decimal import Decimal

from distribution.domain.enums import NeedBasis
from distribution.domain.types import format_decimal
from distribution.intake.cells import CellError, RawCell, cell_text, is_blank, parse_cell, parse_code, parse_number
from distribution.intake.fields import field_specs
from distribution.intake.labels import find_choice

#: No road on Earth is longer than this, km.
LONGEST_KM = 100_000
#: Decimal places of a distance in km: metres.
KM_PLACES = 3


def parse_need_key(cell: RawCell, basis: RawCell) -> object:
    """Read a key in its one form: an area's code, a kind's or a setting's code (labels are read), or plain km.

    With a basis that is blank or none, which is told of its own cell, the key is left as text.

    Raises
    ------
    CellError
        With the code of the finding.
    """
    specs = field_specs("need_weights")
    text = parse_cell(cell, specs["key"])
    named = None if is_blank(basis) else find_choice(cell_text(basis), specs["basis"])
    if named == NeedBasis.AREA:
        return parse_code(cell)
    if named == NeedBasis.KIND:
        return parse_cell(cell, field_specs("cooperatives")["kind"])
    if named == NeedBasis.SETTING:
        return parse_cell(cell, field_specs("outlets")["setting"])
    if named == NeedBasis.DISTANCE_KM:
        return _kilometres(cell)
    return text


def _kilometres(cell: RawCell) -> str:
    number = parse_number(cell)
    if not 0 <= number <= LONGEST_KM:
        raise CellError("value_out_of_range", minimum=Decimal(0), maximum=Decimal(LONGEST_KM))
    plain = format_decimal(abs(number))  # 50.0 and -0 are one key with 50 and 0
    if len(plain.partition(".")[2]) > KM_PLACES:
        raise CellError("value_too_many_decimals", places=KM_PLACES)
    return plain
