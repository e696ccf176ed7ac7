"""Why a load waits, in words."""

import pytest

from distribution.domain.work_clock import WorkClock, clock_of
from distribution.messages import LOCALES
from distribution.services.exports.unserved import describe_unserved
from optimizer.plan import Reason, Unserved

NUMBERS = {
    Reason.NO_DAY: {},
    Reason.UNREACHABLE: {},
    Reason.NO_COMPATIBLE_VEHICLE: {"trucks": 3, "carrying": 0},
    Reason.TOO_LARGE: {"needs_g": 1_250_400, "largest_g": 1_250_300, "needs_ml": 2_000_001, "largest_ml": 2_000_000},
    Reason.STORAGE_FULL: {"needs_g": 500_000, "room_g": 499_999},
    Reason.TOO_FAR: {"needs_m": 412_300, "longest_m": 400_000},
    Reason.SHIFT_TOO_SHORT: {"needs_s": 36_001, "longest_s": 36_000},
    Reason.WINDOW_UNREACHABLE: {"earliest_s": 30_000, "latest_s": 40_000, "window_start_s": 0, "window_end_s": 3600},
    Reason.STOCK_SHORT: {"commodity": 1, "needs_packs": 12, "left_packs": 11},
    Reason.FLEET_USED_UP: {"needs_g": 900_000, "truck_days": 10, "truck_days_used": 10},
    Reason.DOCKS_FULL: {"needs_g": 900_000, "docks": 1, "trips": 4},
}


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("reason", Reason)
def test_every_reason_has_a_sentence(reason, locale):
    sentence = describe_unserved(Unserved(0, reason, NUMBERS[reason]), {1: "rice"}, WorkClock(), locale)
    assert sentence
    assert "{" not in sentence


def test_a_need_is_rounded_up_and_a_room_down():
    sentence = describe_unserved(Unserved(0, Reason.TOO_LARGE, NUMBERS[Reason.TOO_LARGE]), {}, WorkClock(), "en")
    assert "1,251 kg" in sentence
    assert "1,250 kg" in sentence
    assert "2.01 m" in sentence


def test_a_truck_that_is_too_large_is_told_from_one_that_is_missing():
    numbers = {"trucks": 3, "carrying": 2, "smallest_g": 6_000_000, "limit_g": 3_500_000}
    sentence = describe_unserved(Unserved(0, Reason.NO_COMPATIBLE_VEHICLE, numbers), {}, WorkClock(), "en")
    assert "6,000 kg" in sentence
    assert "3,500 kg" in sentence


def test_times_of_a_reason_are_times_of_the_day():
    unserved = Unserved(
        0,
        Reason.WINDOW_UNREACHABLE,
        {"earliest_s": 11 * 3600, "latest_s": 12 * 3600, "window_start_s": 13 * 3600, "window_end_s": 14 * 3600},
    )
    told = describe_unserved(unserved, {}, clock_of("11:00-12:00"), "en")
    # What begins as the rest does begins after it; everything later is an hour later.
    assert [time for time in ("12:00", "13:00", "14:00", "15:00") if time in told] == [
        "12:00",
        "13:00",
        "14:00",
        "15:00",
    ]
