from decimal import Decimal

import pytest
from hypothesis import given

from distribution.allocation.allocate import allocate_round
from distribution.allocation.record import record_line
from distribution.allocation.terms import list_terms
from distribution.domain.enums import Bound, PopulationBasis
from distribution.messages import LOCALES, load_catalogue, render_message
from tests.support.allocation import allocation_rounds, commodity, round_input

ADDED = {"entitlement", "netted_up", "floor_up", "moved_up", "debt_owed", "rounding_up"}
TAKEN = {"netted_down", "floor_down", "moved_down", "debt_owing", "rounding_down", "shortfall"}


def test_the_terms_tell_the_whole_story_of_a_full_store():
    given_round = round_input([10, 10, 10], [commodity(3, 30)], storage_g={"dry": [40_000, 10**9, 10**9]})
    line = record_line(allocate_round(given_round), 0, 0, PopulationBasis.ASSUMED)
    terms = list_terms(line)
    assert [t.message_key.removeprefix("record.") for t in terms] == [
        "people_assumed",
        "entitlement",
        "shortfall",
        "bound.storage",
        "target",
        "packs",
    ]
    assert "Its store takes 4 packs at most" in render_message(terms[2].message_key, "en", terms[2].params)


@given(allocation_rounds())
def test_every_term_has_a_sentence_in_every_language_and_the_figures_add_up(given_round):
    got = allocate_round(given_round)
    for j, good in enumerate(given_round.commodities):
        for i in range(len(given_round.names)):
            if not good.eligible[i]:
                continue
            line = record_line(got, i, j, PopulationBasis.DECLARED)
            total = Decimal(0)
            for term in list_terms(line):
                assert all(render_message(term.message_key, locale, term.params) for locale in LOCALES)
                name = term.message_key.removeprefix("record.")
                total += (name in ADDED) * term.params.get("packs", 0) - (name in TAKEN) * term.params.get("packs", 0)
            assert total == line.packs


@pytest.mark.parametrize("locale", LOCALES)
def test_every_bound_that_can_hold_has_its_sentence(locale):
    keys = {f"record.bound.{bound}" for bound in Bound if bound is not Bound.NONE}
    assert keys <= load_catalogue(locale).keys()
