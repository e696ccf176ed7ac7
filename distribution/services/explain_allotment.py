"""Explain why an outlet is allotted what it is: the kept certificates, added up anew, and in words."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from distribution.allocation.certificate import Certificate
from distribution.allocation.certificate_file import CertificateFileError, find_certificates
from distribution.allocation.check_certificate import check_certificate
from distribution.domain.enums import NeedBasis
from distribution.domain.errors import NotFoundError, StateError
from distribution.domain.policy import Policy
from distribution.domain.principal import Principal
from distribution.messages import Locale
from distribution.services.certificate_sentences import Term, describe_certificate
from distribution.services.exports.certificates import CERTIFICATES
from distribution.services.find_round import find_round
from distribution.services.policy_words import name_policy
from distribution.services.view_rounds import NamedAllotment, name_allotments
from distribution.store.repositories.network_pages import NetworkPages
from distribution.store.tables import AllotmentRow, Round
from distribution.store.unit_of_work import Transaction, UnitOfWork


@dataclass(frozen=True, slots=True)
class Explanation:
    """An allotment, its certificate, the policy's name, and the certificate's terms in words."""

    allotment: NamedAllotment
    certificate: Certificate
    policy_name: str
    terms: tuple[Term, ...]


def explain_allotments(
    uow: UnitOfWork, asker: Principal, round_code: str, outlet_code: str, locale: Locale
) -> tuple[Explanation, ...]:
    """Explain what an outlet was allotted in a round, commodity by commodity.

    Raises
    ------
    NotFoundError
        ``round_unknown``; ``allotment_unknown`` if the outlet has no allotment in it that the asker may see;
        ``certificates_missing`` if the round is older than certificates.
    StateError
        ``certificates_damaged`` or ``certificate_wrong`` if what is kept was changed.
    """
    with uow.read() as tx:
        found = find_round(tx, asker, round_code)
        lines = tx.rounds.allotments(round_code, scope=asker.scope, outlet_code=outlet_code)
        if not lines:
            raise NotFoundError("allotment_unknown", round_code=round_code, outlet_code=outlet_code)
        return explain_lines(tx, found, lines, locale)


def explain_lines(
    tx: Transaction, found: Round, lines: tuple[AllotmentRow, ...], locale: Locale
) -> tuple[Explanation, ...]:
    """Explain allotments of one outlet in a round.

    Raises
    ------
    NotFoundError, StateError
        As :func:`explain_allotments`.
    """
    certificates = _load_certificates(tx, found, lines[0].outlet_code)
    for line in lines:
        _require_right(certificates.get(line.commodity_code), line, found.code)
    areas = _area_names(tx, found, certificates.values(), locale)
    return tuple(
        Explanation(
            named,
            certificate,
            _policy_name(tx, found, certificate.policy.code, locale),
            describe_certificate(certificate, locale, areas),
        )
        for named in name_allotments(tx, found, lines)
        for certificate in [certificates[named.line.commodity_code]]
    )


def _load_certificates(tx: Transaction, found: Round, outlet_code: str) -> dict[str, Certificate]:
    try:
        content = tx.files.get(found.require_id(), CERTIFICATES).content
    except NotFoundError as error:
        raise NotFoundError("certificates_missing", round_code=found.code) from error
    try:
        return {c.commodity.code: c for c in find_certificates(content, outlet_code)}
    except CertificateFileError as error:
        raise StateError("certificates_damaged", round_code=found.code, reason=str(error)) from error


def _require_right(certificate: Certificate | None, line: AllotmentRow, round_code: str) -> None:
    """Check that a certificate adds up, and to the packs that are kept."""
    if certificate is None:
        wrong: tuple[str, ...] = ("line",)
    else:
        wrong = check_certificate(certificate)
        if certificate.line.packs != line.packs:
            wrong = (*wrong, "packs")
    if wrong:
        raise StateError(
            "certificate_wrong",
            round_code=round_code,
            outlet_code=line.outlet_code,
            commodity_code=line.commodity_code,
            figures=", ".join(dict.fromkeys(wrong)),
        )


def _policy_name(tx: Transaction, found: Round, code: str, locale: Locale) -> str:
    """Name a policy as it was in a round, the plain one too, which the network does not declare."""
    policy = NetworkPages(tx.session).named("policies", found.dataset_version, {code}).get(code)
    return name_policy(policy or Policy(code=code), locale)


def _area_names(tx: Transaction, found: Round, certificates: Iterable[Certificate], locale: Locale) -> dict[str, str]:
    """Return the names of the areas that need factors speak of, by code."""
    codes = {f.key for c in certificates for f in c.outlet.factors if f.basis in {None, NeedBasis.AREA}}
    named = NetworkPages(tx.session).named("areas", found.dataset_version, codes) if codes else {}
    return {code: area.name(locale) for code, area in named.items()}
