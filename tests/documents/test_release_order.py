"""Release orders, read back from their PDF."""

from __future__ import annotations

from dataclasses import replace

import pytest

from distribution.documents.release_order import render_release_orders


def test_each_order_has_a_page_of_its_own(make_release_orders, read_pdf):
    pdf = read_pdf(render_release_orders(make_release_orders(5), "fa"))
    assert len(pdf.sizes) == 5
    for number in range(1, 6):
        assert pdf.shows(f"RO-{number:04d}", page=number - 1)
        assert pdf.count(f"KR-{number:04d}") == 1


def test_the_pages_are_numbered_within_each_order(make_release_orders, read_pdf):
    data = make_release_orders(3)
    many = tuple(replace(data.commodities[0], code=f"R{i}", name=f"Rice {i}") for i in range(60))
    long, short = replace(data.orders[0], packs=(1,) * 60), replace(data.orders[1], packs=(1, *(0,) * 59))
    pdf = read_pdf(render_release_orders(replace(data, commodities=many, orders=(long, short, long)), "en"))
    whole = len(pdf.sizes) // 2
    assert whole > 1
    numbers = [f"Page {n} of {whole}" for n in range(1, whole + 1)]
    for page, text in enumerate([*numbers, "Page 1 of 1", *numbers]):
        assert pdf.shows(text, page=page), (page, text)


def test_an_order_shows_goods_dates_and_the_exact_amount_due(make_release_orders, read_pdf):
    fa, en = (read_pdf(render_release_orders(make_release_orders(1), locale)) for locale in ("fa", "en"))
    amount = 10 * 4_850_000 + 5 * 2_300_000 + 120 * 9_990_000
    assert en.shows(f"{amount:,} IRR")
    assert en.shows("2,581")  # kg: 100 + 81 + 2400
    assert en.shows("2020-05-23 (Jalali 1399/03/03)")
    for word in ("حواله", "۱۳۹۹/۰۲/۰۶", "۱۳۹۹/۰۳/۰۳", "برنج", "۱٬۲۵۸٬۸۰۰٬۰۰۰", "مبلغ قابل پرداخت"):
        assert fa.shows(word), word
    assert not fa.shows("شکر")  # no pack of it


def test_an_amount_beyond_the_exact_range_of_floats_is_still_exact(make_release_orders, read_pdf):
    data = make_release_orders(1)
    dear = replace(data.commodities[0], price=10**15 - 1)
    data = replace(
        data, commodities=(dear, *data.commodities[1:]), orders=(replace(data.orders[0], packs=(1001, 0, 0, 0)),)
    )
    assert read_pdf(render_release_orders(data, "en")).shows("1,000,999,999,999,998,999")


def test_without_prices_no_money_is_shown(make_release_orders, read_pdf):
    data = make_release_orders(1)
    free = replace(data, commodities=tuple(replace(c, price=0) for c in data.commodities))
    pdf = read_pdf(render_release_orders(free, "en"))
    assert not pdf.shows("Amount")
    assert not pdf.shows("IRR")


def test_only_synthetic_data_carry_the_mark(make_release_orders, read_pdf):
    assert read_pdf(render_release_orders(make_release_orders(1, synthetic=True), "en")).shows("Synthetic data")
    assert not read_pdf(render_release_orders(make_release_orders(1), "en")).shows("ynthetic")


def test_an_empty_order_and_an_empty_document_are_refused(make_release_orders):
    data = make_release_orders(1)
    with pytest.raises(ValueError, match="needs an order"):
        replace(data, orders=())
    with pytest.raises(ValueError, match="no pack"):
        replace(data, orders=(replace(data.orders[0], packs=(0, 0, 0, 0)),))
