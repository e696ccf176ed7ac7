"""Examples for the description of the API: one for every body that is sent, and one for every error."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from api.problems import EdgeError, problem_body
from distribution.domain.errors import (
    ForbiddenError,
    NotFoundError,
    StaleError,
    StateError,
    TaavonError,
    UnauthorizedError,
    UnavailableError,
)

_HALT = {"day": "2020-04-25", "truck": "V-MASHHAD-T6-2", "trip": 1, "outlet_code": "KR-0904-001"}
_OF_OUTLET = {"outlet_code": "KR-0904-001", "commodity_code": "rice"}

#: Schema -> a body that fits it.
BODIES: Mapping[str, dict[str, Any]] = MappingProxyType(
    {
        "AbsorptionIn": {"day": "2020-05-20", "days": 3},
        "AnswersIn": {
            "answers": [
                _OF_OUTLET | {"answer": "accepted"},
                _OF_OUTLET | {"commodity_code": "oil", "answer": "objected", "reason": "less than in the last round"},
            ]
        },
        "AppealIn": {
            "kind": "population",
            "outlet_code": "KR-0904-001",
            "round_code": "ramadan-1399",
            "text": "a new quarter was built; the health house counts 5,200 people",
            "claim": {"served_population": 5200},
        },
        "DecisionIn": {"grant": True, "reason": "the count of the health house is attached"},
        "DeferralIn": {
            "payer_code": "U-WORKERS", "reference": "L-1399-17", "deferred_on": "2020-04-20", "reason": "earthquake",
        },
        "FeedbackIn": {"kind": "suggestion", "text": "deliver before noon in summer"},
        "GoodsRequestAnswerIn": {
            "filled_packs": 10, "comment": "ten from the outlet in the bazaar", "from_outlet_code": "KR-0904-002",
        },
        "GoodsRequestIn": _OF_OUTLET | {"packs": 25, "text": "pilgrims in the month of Safar"},
        "InspectionIn": {
            "outlet_code": "KR-0904-001",
            "round_code": "ramadan-1399",
            "taken_at": "2020-04-26T10:15:00+04:30",
            "lon": 59.6069,
            "lat": 36.2972,
            "in_order": False,
            "text": "the scale shows 200 g too much",
        },
        "KeyRequest": {"role": "union", "union_code": "U-WORKERS", "label": "office of the union"},
        "LiftsIn": {"lifts": [_OF_OUTLET | {"lifted_packs": 40, "kept_packs": 5}]},
        "LoginIn": {"name": "sara", "password": "four plain words together"},
        "PasswordIn": {"old": "abcde-fghjk-mnpqr-stuvw", "new": "four plain words together"},
        "PaymentIn": {
            "payer_code": "U-WORKERS", "amount": 1_250_000_000, "reference": "SATNA-9912", "paid_on": "2020-04-20",
        },
        "PersonIn": {"name": "sara", "role": "union", "union_code": "U-WORKERS"},
        "ReasonIn": {"reason": "the letter was corrected"},
        "ReceiptsIn": {
            "receipts": [
                _HALT | {"commodity_code": "rice", "planned_packs": 30, "accepted_packs": 30, "receiver": "M. Ahmadi"},
                _HALT
                | {
                    "commodity_code": "sugar", "planned_packs": 12, "accepted_packs": 11, "rejected_packs": 1,
                    "reason": "damaged", "shipped_g": 120_000, "arrived_g": 120_000, "accepted_g": 110_000,
                    "taken_at": "2020-04-25T09:40:00+04:30", "lon": 59.6069, "lat": 36.2972,
                },
            ]
        },
        "ReplyIn": {"text": "the road was closed for two days"},
        "RoundRequest": {"round_code": "ramadan-1399", "seconds": 60, "seed": 1},
        "StocksIn": {"accounts": [_OF_OUTLET | {"offtake_packs": 28, "closing_packs": 2}]},
        "WebhookIn": {"url": "https://chamber.example/taavon", "actions": ["round_publish"]},
    }
)  # fmt: skip

#: Media type -> a body that is sent as it is.
RAW: Mapping[str, str] = MappingProxyType(
    {
        "text/plain": "ramadan-1399/20200425/V-MASHHAD-T6-2/1/KR-0904-001\nrice=30\nsugar=11-1 damaged\nby=M. Ahmadi\n",
        "text/csv": "round_code,day,truck,trip,outlet_code,commodity_code,planned_packs,accepted_packs\n"
        "ramadan-1399,2020-04-25,V-MASHHAD-T6-2,1,KR-0904-001,rice,30,30\n",
    }
)

#: Status -> an error of that status.
ERRORS: Mapping[int, TaavonError] = MappingProxyType(
    {
        401: UnauthorizedError("api_key_invalid"),
        403: ForbiddenError("role_required", roles="admin, planner"),
        404: NotFoundError("round_unknown", round_code="ramadan-1399"),
        409: StateError("round_not_dispatching", round_code="ramadan-1399", state="published"),
        412: StaleError("changed_meanwhile"),
        413: EdgeError(413, "body_too_large", limit_mb=5),
        415: EdgeError(415, "media_type_unsupported", expected="text/csv"),
        422: EdgeError(422, "period_unreadable", period="spring"),
        428: EdgeError(428, "if_match_missing"),
        429: EdgeError(429, "too_many_requests", seconds=7),
        500: EdgeError(500, "internal", reference="5f0c2a9d1e3b"),
        503: UnavailableError("database_busy", name="taavon"),
    }
)


def error_example(status: int) -> dict[str, Any]:
    """Return what the body of an error of a status looks like, in English."""
    return problem_body(ERRORS[status], "en")
