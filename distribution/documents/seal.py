"""The fingerprint of a round as it stands on everything that is made from it."""

from __future__ import annotations

from distribution.allocation.bundle import group_root
from distribution.messages import Locale, render_message


def format_seal(bundle_sha256: str, locale: Locale) -> str:
    """Write the root hash of a round's bundle with what it is; nothing where there is none.

    All 64 digits stand there, in groups of four: the first four groups are enough to compare by eye.
    """
    if not bundle_sha256:
        return ""
    return render_message("bundle.paper.line", locale, {"root": group_root(bundle_sha256)})
