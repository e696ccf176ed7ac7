"""The few named errors of taavon; each carries a stable code and translatable parameters."""

from __future__ import annotations

from distribution.domain.enums import Severity
from distribution.domain.findings import Finding


class TaavonError(Exception):
    """Base of every error a person may see.

    ``code`` is stable; the sentence is the catalogue's ``error.<code>`` rendered with ``params``.
    """

    status = 500

    def __init__(self, code: str, /, **params: str | int) -> None:
        super().__init__(code)
        self.code = code
        self.params = params

    def __str__(self) -> str:
        details = ", ".join(f"{key}={value}" for key, value in self.params.items())
        return f"{self.code}({details})" if details else self.code


class InputError(TaavonError):
    """The input is malformed; ``findings`` names every problem at once, ``count`` only the errors among them."""

    status = 422

    def __init__(self, findings: tuple[Finding, ...]) -> None:
        super().__init__("input_rejected", count=sum(f.severity is Severity.ERROR for f in findings))
        self.findings = findings


class NotFoundError(TaavonError):
    """There is no such thing, or it is not the asker's."""

    status = 404


class StateError(TaavonError):
    """The thing's state does not allow what was asked."""

    status = 409


class StaleError(TaavonError):
    """The thing has changed since the asker read it."""

    status = 412


class ForbiddenError(TaavonError):
    """The asker's role does not allow it."""

    status = 403


class UnauthorizedError(TaavonError):
    """The asker is not known."""

    status = 401


class UnavailableError(TaavonError):
    """Something outside the program is missing: a service, a package, a font."""

    status = 503
