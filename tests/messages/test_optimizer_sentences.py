from __future__ import annotations

from string import Formatter

import pytest

from distribution.messages import LOCALES, Locale, load_catalogue
from optimizer.plan import Reason
from optimizer.verify import ViolationCode

#: What each sentence may name, by the rules at the top of the catalogue.
REASON_NUMBERS = {
    "no_day": set(),
    "unreachable": set(),
    "no_compatible_vehicle": {"trucks", "carrying"},
    "no_compatible_vehicle_access": {"trucks", "carrying", "smallest_kg", "limit_kg"},
    "too_large": {"needs_kg", "largest_kg", "needs_m3", "largest_m3"},
    "storage_full": {"needs_kg", "room_kg"},
    "too_far": {"needs_km", "longest_km"},
    "shift_too_short": {"needs", "longest"},
    "window_unreachable": {"earliest", "latest", "window_start", "window_end"},
    "stock_short": {"commodity", "needs_packs", "left_packs"},
    "fleet_used_up": {"needs_kg", "truck_days", "truck_days_used"},
    "docks_full": {"needs_kg", "docks", "trips"},
}


def placeholders(sentence: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(sentence) if name is not None}


@pytest.mark.parametrize("locale", LOCALES)
def test_every_reason_and_every_violation_has_its_sentence(locale: Locale) -> None:
    catalogue = load_catalogue(locale)
    reasons = {key.removeprefix("reason.") for key in catalogue if key.startswith("reason.")}
    violations = {key.removeprefix("violation.") for key in catalogue if key.startswith("violation.")}
    assert reasons == {reason.value for reason in Reason} | {"no_compatible_vehicle_access"}
    assert violations == {code.value for code in ViolationCode}


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("code", REASON_NUMBERS)
def test_a_reason_names_only_numbers_that_the_optimiser_gives(locale: Locale, code: str) -> None:
    assert placeholders(load_catalogue(locale)[f"reason.{code}"]) <= REASON_NUMBERS[code]


def test_both_languages_name_the_same_numbers() -> None:
    english, persian = load_catalogue("en"), load_catalogue("fa")
    for key in english:
        if key.startswith(("reason.", "violation.")):
            assert placeholders(english[key]) == placeholders(persian[key]), key
