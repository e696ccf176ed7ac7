"""The policy that holds: the one that is named, else the network's own default, else the plain one."""

from __future__ import annotations

from distribution.documents.formats import NOTHING
from distribution.domain.dataset import Dataset
from distribution.domain.errors import NotFoundError
from distribution.domain.policy import Policy

#: Holds where a network has no policy of this code.
DEFAULT_POLICY = Policy(code="default")


def find_policy(dataset: Dataset, policy: Policy | str | None) -> Policy | None:
    """Return the policy of a code; a policy, or none, as it is.

    Raises
    ------
    NotFoundError
        ``policy_unknown`` if the network has no policy of that code.
    """
    if not isinstance(policy, str):
        return policy
    for candidate in dataset.policies:
        if candidate.code == policy:
            return candidate
    codes = ", ".join(sorted(candidate.code for candidate in dataset.policies))
    raise NotFoundError("policy_unknown", policy=policy, policies=codes or NOTHING)


def choose_policy(dataset: Dataset, code: str | None) -> Policy:
    """Return the policy of a code; without one the network's policy ``default``, else :data:`DEFAULT_POLICY`.

    Raises
    ------
    NotFoundError
        ``policy_unknown`` if the network has no policy of that code.
    """
    named = find_policy(dataset, code)
    own = (policy for policy in dataset.policies if policy.code == DEFAULT_POLICY.code)
    return named or next(own, DEFAULT_POLICY)


def keeps_within_areas(dataset: Dataset, code: str | None, asked: bool | None) -> bool:
    """Tell whether people are kept to the outlets of their area: as asked, else as the policy that holds says.

    Raises
    ------
    NotFoundError
        ``policy_unknown`` if the network has no policy of that code.
    """
    policy = choose_policy(dataset, code)
    return not policy.people_cross_areas if asked is None else asked
