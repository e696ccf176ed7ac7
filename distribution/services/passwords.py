"""Passwords: what may be one, and how it is kept.

Kept is a hash by scrypt (Percival & Josefsson 2016, RFC 7914), 16 MB and some 0.2 s for each guess. A password has at
least 12 characters and may hold any; nothing is asked of their kinds (NIST SP 800-63B). An Arabic keyboard's yeh and kaf
are a Persian one's, so that whoever changes the keyboard is not locked out.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
import threading

from distribution.domain.errors import StateError
from distribution.intake.persian import normalise_text

LEAST_CHARACTERS, MOST_CHARACTERS, LEAST_DIFFERENT = 12, 200, 5
_N, _R, _P, _BYTES = 2**14, 8, 5, 32
#: So many are worked out at a time: each takes 16 MB and a core.
_TURN = threading.BoundedSemaphore(2)


def hash_password(password: str) -> str:
    """Return a salted hash, with its parameters."""
    salt = secrets.token_bytes(16)
    return f"scrypt${_N}${_R}${_P}${_text(salt)}${_text(_derive(password, salt, _N, _R, _P))}"


def matches(password: str, kept: str) -> bool:
    """Tell whether a password is the one whose hash is kept."""
    _, n, r, p, salt, digest = kept.split("$")
    derived = _derive(password, base64.b64decode(salt), int(n), int(r), int(p))
    return hmac.compare_digest(derived, base64.b64decode(digest))


def require_strong(password: str, name: str, old: str = "") -> None:
    """Check that a password is long enough, is not the one before, and does not hold the name of whoever has it.

    Raises
    ------
    StateError
        ``password_weak``.
    """
    text = normalise_text(password)
    long_enough = LEAST_CHARACTERS <= len(text) <= MOST_CHARACTERS and len(set(text)) >= LEAST_DIFFERENT
    if not long_enough or text == normalise_text(old) or name.casefold() in text.casefold():
        raise StateError("password_weak", least=LEAST_CHARACTERS, most=MOST_CHARACTERS)


def new_password() -> str:
    """Make a password to begin with, easy to read out: no letter looks like another."""
    letters = "abcdefghjkmnpqrstuvwxyz23456789"
    return "-".join("".join(secrets.choice(letters) for _ in range(5)) for _ in range(4))


def _derive(password: str, salt: bytes, n: int, r: int, p: int) -> bytes:
    with _TURN:
        secret = normalise_text(password).encode(errors="surrogatepass")
        return hashlib.scrypt(secret, salt=salt, n=n, r=r, p=p, dklen=_BYTES, maxmem=64 * 2**20)


def _text(raw: bytes) -> str:
    return base64.b64encode(raw).decode()
