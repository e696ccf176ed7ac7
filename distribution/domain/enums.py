"""Closed vocabularies of the domain; each answers its own questions."""

from __future__ import annotations

from enum import StrEnum
from typing import Literal


class CooperativeKind(StrEnum):
    """Whom a consumer cooperative was founded by."""

    WORKERS = "workers"
    EMPLOYEES = "employees"
    TEACHERS = "teachers"
    RURAL = "rural"
    LOCAL = "local"
    OTHER = "other"


class StorageClass(StrEnum):
    """The climate a commodity needs in store and on the truck."""

    DRY = "dry"
    CHILLED = "chilled"
    FROZEN = "frozen"

    @property
    def needs_refrigeration(self) -> bool:
        """Tell whether only a refrigerated truck may carry it."""
        return self is not StorageClass.DRY


class OutletMode(StrEnum):
    """How goods reach an outlet."""

    DELIVERED = "delivered"
    COLLECTS = "collects"


class PopulationBasis(StrEnum):
    """Where an outlet's served population comes from."""

    DECLARED = "declared"
    ASSUMED = "assumed"
    MEMBERS = "members"


class PeopleKind(StrEnum):
    """How people come to be served by an outlet: by a member list, or because they live around it."""

    MEMBER = "member"
    RESIDENT = "resident"


class ApportionmentMethod(StrEnum):
    """How exact shares become whole packs, each with its declared properties (Balinski & Young 1982)."""

    CUMULATIVE = "cumulative"
    WEBSTER = "webster"
    HUNTINGTON_HILL = "huntington_hill"
    ADAMS = "adams"
    DEAN = "dean"
    JEFFERSON = "jefferson"
    HAMILTON = "hamilton"
    QUOTA = "quota"

    @property
    def carries_debt(self) -> bool:
        """Tell whether the method reads and writes the rounding-debt account."""
        return self is ApportionmentMethod.CUMULATIVE

    @property
    def is_divisor(self) -> bool:
        """Tell whether one divisor for all gives its result: then nobody gains by shrinking."""
        return self in {
            ApportionmentMethod.WEBSTER,
            ApportionmentMethod.HUNTINGTON_HILL,
            ApportionmentMethod.ADAMS,
            ApportionmentMethod.DEAN,
            ApportionmentMethod.JEFFERSON,
        }

    @property
    def is_house_monotone(self) -> bool:
        """Tell whether one more pack to share never takes one from anybody."""
        return self.is_divisor or self is ApportionmentMethod.QUOTA

    @property
    def most_packs(self) -> int:
        """Return the most packs that it shares in minutes: the quota method gives them out one by one."""
        return 20_000_000 if self is ApportionmentMethod.QUOTA else 9 * 10**9

    @property
    def keeps_quota(self) -> bool:
        """Tell whether everybody gets the floor or the ceiling of the exact share."""
        return self in {ApportionmentMethod.HAMILTON, ApportionmentMethod.QUOTA}


class CountBasis(StrEnum):
    """What is counted when goods are shared: heads or households."""

    PEOPLE = "people"
    HOUSEHOLDS = "households"


class Hierarchy(StrEnum):
    """The levels through which packs are handed down to the outlets."""

    FLAT = "flat"
    AREAS = "areas"
    UNIONS = "unions"


class NeedBasis(StrEnum):
    """What a need weight depends on."""

    AREA = "area"
    KIND = "kind"
    SETTING = "setting"
    DISTANCE_KM = "distance_km"


class OutletSetting(StrEnum):
    """The surroundings an outlet serves."""

    URBAN = "urban"
    RURAL = "rural"


class DeviationKind(StrEnum):
    """How a deviation bound is read: of the whole that is delivered, or of each outlet's fair share."""

    ABSOLUTE = "absolute"
    RELATIVE = "relative"


class Account(StrEnum):
    """The accounts kept per outlet and commodity; they are never mixed."""

    ROUNDING_DEBT = "rounding_debt"
    SHORTFALL = "shortfall"
    BONUS = "bonus"


class HolderKind(StrEnum):
    """Who holds an account: an outlet, or the area that took over from one that closed."""

    OUTLET = "outlet"
    AREA = "area"


class LedgerKind(StrEnum):
    """Why an amount was posted to an account."""

    OPENING = "opening"
    ROUND = "round"
    REVERSAL = "reversal"
    SUCCESSION = "succession"
    REPAYMENT = "repayment"
    ABSORPTION = "absorption"
    REQUEST = "request"


class Bound(StrEnum):
    """What kept an allotment away from its exact share."""

    NONE = "none"
    FLOOR = "floor"
    STORAGE = "storage"
    CLOSING_BALANCE = "closing_balance"
    CAP = "cap"
    MIN_DROP = "min_drop"
    DEVIATION = "deviation"
    BASKET = "basket"


class Weekday(StrEnum):
    """Days of the week, by their English three-letter names."""

    MON = "mon"
    TUE = "tue"
    WED = "wed"
    THU = "thu"
    FRI = "fri"
    SAT = "sat"
    SUN = "sun"


class Language(StrEnum):
    """The languages people read."""

    FA = "fa"
    EN = "en"

    @property
    def locale(self) -> Literal["fa", "en"]:
        """Return the name of its catalogue."""
        return "fa" if self is Language.FA else "en"


class RoundState(StrEnum):
    """Life of an allocation round."""

    DRAFT = "draft"
    COMPUTED = "computed"
    SUBMITTED = "submitted"
    REJECTED = "rejected"
    APPROVED = "approved"
    PUBLISHED = "published"
    DISPATCHING = "dispatching"
    CLOSED = "closed"
    WITHDRAWN = "withdrawn"

    @property
    def is_public(self) -> bool:
        """Tell whether unions, cooperatives and crews may see the round."""
        return self in {RoundState.PUBLISHED, RoundState.DISPATCHING, RoundState.CLOSED}

    @property
    def is_approved(self) -> bool:
        """Tell whether every approval is given."""
        return self is RoundState.APPROVED or self.is_public

    @property
    def has_plan(self) -> bool:
        """Tell whether the round is computed, and counts."""
        return self not in {RoundState.DRAFT, RoundState.WITHDRAWN}


class RoundAction(StrEnum):
    """What moves a round from one state to another."""

    SUBMIT = "submit"
    APPROVE = "approve"
    REJECT = "reject"
    PUBLISH = "publish"
    DISPATCH = "dispatch"
    CLOSE = "close"
    WITHDRAW = "withdraw"


class Decision(StrEnum):
    """What an approver says of a round."""

    APPROVED = "approved"
    REJECTED = "rejected"


class JobKind(StrEnum):
    """What a background job does."""

    RUN_ROUND = "run_round"


class JobState(StrEnum):
    """Life of a background job."""

    QUEUED = "queued"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def is_final(self) -> bool:
        """Tell whether the job will never change again."""
        return self in {JobState.SUCCEEDED, JobState.FAILED, JobState.CANCELLED}


class Right(StrEnum):
    """What somebody may do; what each role may is declared in ``domain/rights.py``."""

    MANAGE_KEYS = "manage_keys"
    SEE_ALL = "see_all"
    PLAN = "plan"
    APPROVE = "approve"
    DECIDE = "decide"
    SPEAK = "speak"
    RECEIVE = "receive"
    INSPECT = "inspect"
    AUDIT = "audit"


class Role(StrEnum):
    """What an API key is for."""

    ADMIN = "admin"
    PLANNER = "planner"
    APPROVER = "approver"
    UNION = "union"
    COOPERATIVE = "cooperative"
    FIELD = "field"
    AUDITOR = "auditor"


class Severity(StrEnum):
    """Weight of a finding."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"
