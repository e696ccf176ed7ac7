"""Name the policy of a round wherever its figures are read."""

from __future__ import annotations

from distribution.domain.network import Named
from distribution.messages import Locale, render_message
from distribution.services.policies import DEFAULT_POLICY


def name_policy(policy: Named, locale: Locale) -> str:
    """Write a policy's name and code; the plain way to share of a network that declares none is called that."""
    name = policy.name(locale)
    if policy.code == DEFAULT_POLICY.code and name == policy.code:
        name = render_message("policy.plain", locale)
    if name == policy.code:
        return name
    return render_message("policy.named", locale, {"name": name, "code": policy.code})
