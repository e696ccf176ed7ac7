"""What people read in the files of a round: units, labels and hours are there, in the digits of their language."""

import io
import re
import zipfile

import pytest

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
