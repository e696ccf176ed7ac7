"""What a finding names is written in its reader's way."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from distribution.domain.enums import Severity, StorageClass
from distribution.domain.findings import Finding, Param, Several, Where
from distribution.intake.cells import CellError, parse_cell
from distribution.intake.fields import field_specs
from distribution.intake.log import FindingLog
from distribution.services.sentences import describe_finding, spell_value


def test_a_date_is_jalali_in_persian_and_iso_in_english() -> None:
    log = FindingLog()
    log.add("period_backwards", sheet="quotas", value=dt.date(2020, 4, 25), period_start=dt.date(2020, 4, 26))
    finding = log.findings()[0]
    assert "۱۳۹۹/۰۲/۰۶" in describe_finding(finding, "fa").message
    assert "2020" not in describe_finding(finding, "fa").message
    assert "2020-04-25, before it starts (2020-04-26)" in describe_finding(finding, "en").message
    assert finding.where.value == "2020-04-25"


def test_a_vocabulary_is_written_by_label_in_persian_and_by_code_in_english() -> None:
    params: dict[str, Param] = {
        "value": "MEAT",
        "count": 2,
        "outlets": 5,
        "example": "O1",
        "storage_class": StorageClass.FROZEN,
    }
    finding = Finding(Severity.WARNING, "storage_missing_for_class", Where(), params)
    assert "منجمد" in describe_finding(finding, "fa").message
    assert "frozen" not in describe_finding(finding, "fa").message
    assert "no frozen storage" in describe_finding(finding, "en").message


def test_allowed_values_are_listed_as_a_reader_may_write_them() -> None:
    for spec, persian, english in (
        (field_specs("cooperatives")["kind"], "کارگری (workers)؛ کارمندی (employees)", "workers; employees"),
        (field_specs("calendar")["working"], "بله (yes)؛ خیر (no)", "yes; no"),
        (field_specs("successions")["sheet"], "مناطق (areas)؛ اتحادیه‌ها (unions)", "areas; unions"),
    ):
        log = FindingLog()
        try:
            parse_cell("نادرست‌ترین", spec)
        except CellError as error:
            log.add_cell(error, sheet=spec.sheet, row=3, column=spec.name, cell="نادرست‌ترین")
        finding = log.findings()[0]
        assert persian in describe_finding(finding, "fa").message
        assert english in describe_finding(finding, "en").message


def test_decimals_and_keys_of_several_parts_are_written_in_the_readers_digits() -> None:
    assert spell_value(Decimal("1234.5"), "fa") == "۱٬۲۳۴٫۵"
    parts = Several(("W1", "rice", dt.date(2020, 4, 25)))
    assert spell_value(parts, "fa") == "W1؛ rice؛ ۱۳۹۹/۰۲/۰۶"
    assert spell_value(parts, "en") == str(parts) == "W1; rice; 2020-04-25"


def test_a_repair_never_names_a_word_that_is_not_there() -> None:
    params: dict[str, Param] = {"sheet": "outlets", "value": "x", "target_sheet": "areas", "suggestion": ""}
    blank = Finding(Severity.ERROR, "unknown_reference", Where(), params)
    near = Finding(Severity.ERROR, "unknown_reference", Where(), params | {"suggestion": "west"})
    for locale in ("fa", "en"):
        assert "west" in describe_finding(near, locale).fix
        assert describe_finding(blank, locale).fix
        assert "—" not in describe_finding(blank, locale).fix
