"""What people read in the files of a round: units, labels and hours are there, in the digits of their language."""

import csv
import io
import re
import zipfile
from decimal import Decimal

import pytest
from python_calamine import CalamineWorkbook

from tests.support.kept import Books, KeptRound
from tests.support.networks import small_network


@pytest.fixture(scope="module")
def small(tmp_path_factory) -> KeptRound:
    """Return a round of the small network, whose documents are in Persian."""
    books = Books(tmp_path_factory.mktemp("books"))
    kept = books.run(small_network())
    books.uow.engine.dispose()
    return kept


def crew_files(kept: KeptRound, ending: str) -> str:
    texts = []
    for path, content in sorted(kept.files.items()):
        if path.startswith("crew/"):
            with zipfile.ZipFile(io.BytesIO(content)) as pack:
                texts += [pack.read(name).decode("utf-8-sig") for name in pack.namelist() if name.endswith(ending)]
    assert texts
    return "\n".join(texts)


def test_the_map_marks_the_one_outlet_whose_people_are_assumed(small):
    page = small.files["map.html"].decode()
    assert page.count("نفر (برآوردی)") == 1  # O9 declares no population


def test_the_map_tells_tonnes_allotted_from_tonnes_on_the_way(small):
    (subtitle,) = re.findall(r'class="subtitle">([^<]*)<', small.files["map.html"].decode())
    assert "۱۵٫۹ تن تخصیص" in subtitle
    figures = small.summary["delivery"]
    assert round((figures["routed_g"] + figures["collected_g"]) / 10**6, 1) == 15.9
    assert "۱۵٫۹ تن در برنامه تحویل" in subtitle


@pytest.mark.parametrize("ending", [".csv", ".gpx", ".kml"])
def test_every_file_of_the_driver_names_packs_as_packs_and_the_hours_of_an_outlet(small, ending):
    text = crew_files(small, ending)
    assert re.search("[۰-۹]+ بسته برنج", text)
    assert not re.search("[۰-۹]+ برنج", text)
    assert "۰۷:۰۰–۱۲:۰۰" in text  # O1


@pytest.mark.parametrize("ending", [".gpx", ".kml"])
def test_the_number_of_a_trip_is_in_the_digits_of_its_title(small, ending):
    text = crew_files(small, ending)
    assert "سفر ۱" in text
    assert not re.search("سفر [0-9]", text)


def test_the_map_and_the_workbook_name_the_policy(small):
    name = "سهم ساده بر پایه جمعیت و نیاز"
    assert name in small.files["map.html"].decode()
    workbook = CalamineWorkbook.from_filelike(io.BytesIO(small.files["allotments.xlsx"]))
    assert name in workbook.get_sheet_by_index(0).to_python(skip_empty_area=False)[1][0]


def test_every_line_of_the_csv_holds_what_was_repaid_moved_by_levels_and_kept_away(small):
    rows = csv.DictReader(io.StringIO(small.files["allotments.csv"].decode("utf-8-sig")))
    kept = {(line.outlet_code, line.commodity_code): line for line in small.allotments}
    count = 0
    for row in rows:
        line = kept[row["outlet_code"], row["commodity_code"]]
        for name in ("repaid_net", "level", "shortfall"):
            nano = getattr(line, f"{name.removesuffix('_net')}_nano")
            assert Decimal(row[f"{name}_packs"]) * 10**9 == nano
        count += line.shortfall_nano > 0
    assert count  # O7 has too little room
