"""Every fault of a VRPLIB file has a sentence and a repair in both languages."""

from __future__ import annotations

import pytest

from distribution.messages import LOCALES, Locale, load_catalogue
from optimizer.vrplib_fault import FaultCode


@pytest.mark.parametrize("locale", LOCALES)
def test_every_fault_has_a_sentence_and_a_repair_and_there_are_no_others(locale: Locale) -> None:
    wanted = {f"vrplib_{code.value}" for code in FaultCode}
    for table in ("finding", "fix"):
        prefix = f"{table}.vrplib_"
        assert {key.removeprefix(f"{table}.") for key in load_catalogue(locale) if key.startswith(prefix)} == wanted
