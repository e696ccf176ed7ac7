"""Ready-made documents, and ways to read a PDF back."""

from __future__ import annotations

import datetime as dt
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass

import pypdfium2
import pytest

from distribution.documents.commodity import DocumentCommodity
from distribution.documents.release_order import ReleaseOrder, ReleaseOrdersData
from distribution.documents.waybill import WaybillData, WaybillStop, WaybillTrip

GOODS = (
    DocumentCommodity("RICE", "برنج", 10_000, 4_850_000),
    DocumentCommodity("SUGAR", "شکر", 10_000, 1_200_000),
    DocumentCommodity("OIL", "روغن", 16_200, 2_300_000),
    DocumentCommodity("MEAT", "گوشت منجمد", 20_000, 9_990_000),
)


@dataclass(frozen=True)
class Letter:
    """One printed character and its box on the page, in points from the lower left."""

    text: str
    left: float
    bottom: float
    right: float
    top: float


def is_ink(char: str) -> bool:
    """Tell whether a character leaves ink: spaces, joiners and direction marks do not."""
    return bool(char.strip()) and unicodedata.category(char) not in {"Cf", "Cc", "Cn"}


class ReadPdf:
    """A PDF read back as it looks: the letters of each page where they stand.

    The order in which a PDF reader hands out mixed Persian and Latin text is its own guess; where the ink is, is not.
    So a line here is its letters from left to right, and Persian is looked for backwards.
    """

    def __init__(self, pdf: bytes) -> None:
        document = pypdfium2.PdfDocument(pdf)
        self.sizes: list[tuple[float, float]] = []
        self.letters: list[list[Letter]] = []
        for page in document:
            text = page.get_textpage()
            self.sizes.append(page.get_size())
            boxes = [(text.get_text_range(i, 1), text.get_charbox(i, loose=True)) for i in range(text.count_chars())]
            self.letters.append([Letter(char, *box) for char, box in boxes if is_ink(char)])
            text.close()
            page.close()
        document.close()

    def rows(self, page: int) -> list[list[Letter]]:
        """Return the letters of each line, from the foot of the page up and from left to right."""
        rows: list[list[Letter]] = []
        for letter in sorted(self.letters[page], key=lambda x: x.bottom):
            if not rows or letter.bottom - rows[-1][-1].bottom > 2.5:
                rows.append([])
            rows[-1].append(letter)
        return [sorted(row, key=lambda x: x.left) for row in rows]

    def lines(self, page: int) -> list[str]:
        return ["".join(letter.text for letter in row) for row in self.rows(page)]

    def count(self, text: str, page: int | None = None) -> int:
        """Count how often a text stands on one line of a page, or of all pages, spaces aside."""
        sought = "".join(char for char in text if is_ink(char))
        if any(unicodedata.category(char) == "Lo" for char in sought):
            sought = sought[::-1]
        pages = range(len(self.letters)) if page is None else [page]
        return sum(line.count(sought) for number in pages for line in self.lines(number))

    def shows(self, text: str, page: int | None = None) -> bool:
        return self.count(text, page) > 0

    def first(self, text: str, page: int = 0) -> Letter:
        """Return the topmost, then leftmost, letter of a kind."""
        return min((x for x in self.letters[page] if x.text == text), key=lambda x: (-x.bottom, x.left))


@pytest.fixture
def read_pdf() -> Callable[[bytes], ReadPdf]:
    return ReadPdf


@pytest.fixture
def make_stop() -> Callable[..., WaybillStop]:
    def make(order: int = 1, **changes: object) -> WaybillStop:
        fields: dict[str, object] = {
            "order": order,
            "code": f"KR-{order:04d}",
            "name": f"فروشگاه تعاونی شماره {order}",
            "cooperative": "تعاونی مصرف کارگران",
            "arrival_s": 27_000 + 600 * order,
            "packs": (10 + order, 0, 3, 1),
        }
        return WaybillStop(**{**fields, **changes})

    return make


@pytest.fixture
def make_waybill(make_stop: Callable[..., WaybillStop]) -> Callable[..., WaybillData]:
    def make(stops: int | tuple[WaybillStop, ...] = 5, **changes: object) -> WaybillData:
        listed = tuple(make_stop(n) for n in range(1, stops + 1)) if isinstance(stops, int) else stops
        fields: dict[str, object] = {
            "title": "اتاق تعاون خراسان رضوی",
            "number": "WB-0207-03",
            "round": "سهمیه رمضان",
            "date": dt.date(2020, 4, 25),
            "truck": "کامیونت ۶ تنی",
            "warehouse": "انبار مشهد",
            "commodities": GOODS,
            "trips": (WaybillTrip(1, 21_600, 23_400, 38_000, 124_350, listed),),
        }
        return WaybillData(**{**fields, **changes})

    return make


@pytest.fixture
def make_release_orders() -> Callable[..., ReleaseOrdersData]:
    def make(orders: int = 2, **changes: object) -> ReleaseOrdersData:
        fields: dict[str, object] = {
            "title": "اتاق تعاون خراسان رضوی",
            "round": "سهمیه رمضان",
            "currency": "IRR",
            "commodities": GOODS,
            "orders": tuple(
                ReleaseOrder(
                    number=f"RO-{n:04d}",
                    outlet_code=f"KR-{n:04d}",
                    outlet=f"فروشگاه شماره {n}",
                    cooperative="تعاونی مصرف فرهنگیان",
                    union="اتحادیه فرهنگیان",
                    warehouse_code="W-1",
                    warehouse="انبار مشهد",
                    valid_from=dt.date(2020, 4, 25),
                    valid_until=dt.date(2020, 5, 23),
                    packs=(10, 0, 5, 120),
                )
                for n in range(1, orders + 1)
            ),
        }
        return ReleaseOrdersData(**{**fields, **changes})

    return make
