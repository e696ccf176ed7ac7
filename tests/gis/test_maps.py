import dataclasses
import json
import os
import re
import shutil
import subprocess
import tempfile
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import quote

import plotly.graph_objects as go
import pytest

from gis.map_page.figure import ROUTE_COLORS, build_map_figure
from gis.maps import MapData, MapOutlet, MapRoute, MapStop, MapTexts, render_map_html


class Page(HTMLParser):
    """What a browser finds in a page: its elements, their attributes and texts."""

    def __init__(self, raw: bytes) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[str] = []
        self.scripts: list[str] = []
        self._inside: list[str] = []
        self.feed(raw.decode())
        self.close()

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))
        self._inside.append(tag)
        if tag == "script":
            self.scripts.append("")

    def handle_endtag(self, tag):
        while self._inside and self._inside.pop() != tag:
            pass

    def handle_data(self, data):
        if self._inside and self._inside[-1] == "script":
            self.scripts[-1] += data
        elif data.strip():
            self.texts.append(data.strip())

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.elements if name == tag]


@pytest.fixture
def page(map_data) -> Page:
    return Page(render_map_html(map_data))


def count_paths(page: Page, name: str) -> int:
    return sum(name in (path.get("class") or "").split() for path in page.all("path"))


def traces(figure: go.Figure, kind: str) -> list[go.Scatter]:
    return [trace for trace in figure.data if trace.meta["kind"] == kind]


def test_nothing_on_the_page_points_outside_it(page):
    linked = [
        value for _, attributes in page.elements for name, value in attributes.items()
        if name in {"src", "href", "srcset", "action", "data", "poster"}
    ]  # fmt: skip
    assert linked == []
    assert not page.all("link") + page.all("base") + page.all("iframe")


def test_the_page_forbids_the_browser_every_request(page):
    policies = [m["content"] for m in page.all("meta") if m.get("http-equiv") == "Content-Security-Policy"]
    assert len(policies) == 1
    assert policies[0].startswith("default-src 'none';")
    assert "http" not in policies[0]
    assert "*" not in policies[0]


def test_it_is_a_persian_page_from_right_to_left_that_fits_a_phone(page):
    assert page.all("html") == [{"lang": "fa", "dir": "rtl"}]
    assert {"name": "viewport", "content": "width=device-width, initial-scale=1"} in page.all("meta")
    for text in ("سهمیه ماه رمضان", "۷۰۰ نقطه توزیع", "داده‌های ساختگی", "کیلوگرم برای هر نفر", "همه روزها"):
        assert text in page.texts


def test_an_english_page_runs_from_left_to_right(map_data):
    page = Page(render_map_html(dataclasses.replace(map_data, locale="en")))
    assert page.all("html") == [{"lang": "en", "dir": "ltr"}]


def test_markup_in_a_name_stays_text_and_ends_no_script(page):
    assert len(page.scripts) == 3
    payload = json.loads(page.scripts[0])
    outlets = next(trace for trace in payload["figure"]["data"] if trace["meta"]["kind"] == "outlet")
    assert sum(text.startswith("فروشگاه 7 </script><b>\n") for text in outlets["customdata"]) == 1
    places = next(trace for trace in payload["figure"]["data"] if trace["meta"]["kind"] == "place")
    assert places["text"] == ["مشهد", "&lt;نیشابور &amp; حومه&gt;"]


def test_every_day_can_be_chosen(page):
    assert [option["value"] for option in page.all("option")] == ["-1", "0", "1", "2", "-2"]


def test_the_legend_tells_the_classes_in_the_digits_of_the_language(page, map_data):
    _, legend, _ = build_map_figure(map_data)
    assert len(legend.classes) == 5
    labels = [text for text in page.texts if " – " in text and "۰٫۱" in text]
    assert len(labels) == 5
    assert not any(digit in label for label in labels for digit in "0123456789.")


def test_outlets_of_one_class_have_one_colour_and_those_without_a_value_are_grey(map_data):
    figure, legend, _ = build_map_figure(map_data)
    (outlets,) = traces(figure, "outlet")
    color_of = dict(zip([text.partition("\n")[0] for text in outlets.customdata], outlets.marker.color, strict=True))
    for outlet in map_data.outlets:
        color = color_of[outlet.name]
        if outlet.kg_per_person is None:
            assert color not in [c for c, _, _ in legend.classes]
        else:
            low, high = next((low, high) for c, low, high in legend.classes if c == color)
            assert low <= outlet.kg_per_person <= high


def test_more_people_are_a_larger_mark_and_lie_below_smaller_ones(map_data):
    (outlets,) = traces(build_map_figure(map_data)[0], "outlet")
    sizes = list(outlets.marker.size)
    assert sizes == sorted(sizes, reverse=True)
    assert sizes[0] > sizes[-1]


def test_unserved_outlets_are_marked_where_they_are(map_data):
    figure, legend, plane = build_map_figure(map_data)
    (waiting,) = traces(figure, "unserved")
    expected = [plane.project(o.lon, o.lat) for o in map_data.outlets if o.unserved]
    marked = list(zip(waiting.x.tolist(), waiting.y.tolist(), strict=True))
    assert sorted(marked) == [pytest.approx(tuple(map(float, xy)), abs=1e-4) for xy in sorted(expected)]
    assert legend.has_unserved


def test_each_day_draws_its_own_routes_with_an_arrow_each(map_data):
    figure, _, _ = build_map_figure(map_data)
    for day in range(3):
        wanted = [route for route in map_data.routes if route.day == day]
        lines = [trace for trace in traces(figure, "route") if trace.meta["day"] == day]
        drawn = sum(trace.x.size for trace in lines) - sum(int((trace.x != trace.x).sum()) for trace in lines)
        assert drawn == sum(len(route.path) for route in wanted)
        assert len(lines) <= len(ROUTE_COLORS)
        (arrows,) = [trace for trace in traces(figure, "arrow") if trace.meta["day"] == day]
        assert list(arrows.customdata) == [route.text for route in wanted]


def test_an_arrow_points_the_way_the_truck_drives():
    east = MapRoute(0, ((59.0, 36.0), (60.0, 36.0)), "")
    north = MapRoute(0, ((59.0, 36.0), (59.0, 37.0)), "")
    data = MapData("en", "t", "", "", _texts(), outlets=(), routes=(east, north), days=("d",))
    (arrows,) = traces(build_map_figure(data)[0], "arrow")
    assert arrows.marker.angle.tolist() == pytest.approx([90, 0], abs=0.5)


def test_a_network_without_routes_outlets_or_places_still_gives_a_page(map_data):
    bare = MapData("en", "Nothing yet", "", "", map_data.texts, outlets=())
    page = Page(render_map_html(bare))
    assert "Nothing yet" in page.texts
    assert not page.all("select")


def test_a_route_on_an_unknown_day_or_without_a_path_is_refused(map_data):
    for route in (MapRoute(3, ((59.0, 36.0),)), MapRoute(0, ())):
        with pytest.raises(ValueError, match="route"):
            dataclasses.replace(map_data, routes=(route,))


def test_3900_outlets_and_300_routes_stay_below_7_mb_and_the_same_data_give_the_same_bytes(large_map_data):
    page = render_map_html(large_map_data)
    assert len(page) < 7_000_000
    assert page == render_map_html(large_map_data)


@pytest.mark.slow
@pytest.mark.parametrize("fragment", ["", "#day-2"])
def test_a_browser_draws_the_map_from_a_file(map_data, tmp_path, fragment):
    path = tmp_path / "map.html"
    path.write_bytes(render_map_html(map_data))
    page = Page(_dump_dom(path.as_uri() + fragment))
    (body,) = page.all("body")
    assert body["data-ready"] == "yes"
    # outlets, two unserved, one warehouse; and an arrow per route of the one day that is shown
    assert count_paths(page, "point") == 40 + 2 + 1 + (4 if fragment else 0)
    assert count_paths(page, "js-line") == (4 if fragment else 12) + 1  # the area's outline is one more
    assert any(text.endswith(" کیلومتر") for text in page.texts)
    assert "مشهد" in page.texts


@pytest.mark.slow
@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("KR-0916-003", ["فروشگاه تعاونی ۳"]),
        ("kr-0916 تعاوني\u200c٣", ["فروشگاه تعاونی ۳"]),  # Arabic letters and digits, a joiner, in any order
        ("انبار", ["انبار مشهد"]),
        ("فروشگاه", ["فروشگاه تعاونی ۱", "فروشگاه تعاونی ۲", "فروشگاه تعاونی ۳"]),
        ("هیچ", []),
    ],
)
def test_an_outlet_is_found_however_its_name_is_typed_and_is_shown(map_data, tmp_path, query, names):
    outlets = tuple(
        MapOutlet(f"فروشگاه تعاونی {'۰۱۲۳'[n]}", 58.0 + n, 35.5, 100, 1.0, code=f"KR-0916-00{n}") for n in (1, 2, 3)
    )
    path = tmp_path / "map.html"
    path.write_bytes(render_map_html(dataclasses.replace(map_data, outlets=outlets, routes=())))
    page = Page(_dump_dom(f"{path.as_uri()}#find-{quote(query)}", "360,800"))
    dom = [text for text in page.texts if text in {*names, "چیزی پیدا نشد"}]
    assert set(dom) == set(names or ["چیزی پیدا نشد"])
    (info,) = [tag for tag in page.all("div") if tag.get("id") == "info"]
    assert ("hidden" in info) == (not names)


@pytest.mark.slow
@pytest.mark.parametrize(("fragment", "title"), [("#day-2", None), ("#day-2-1", "سفر دو"), ("#day-2-2", "سفر سه")])
def test_the_stops_of_a_trip_are_listed_in_driving_order(map_data, tmp_path, fragment, title):
    outlets = tuple(MapOutlet(f"فروشگاه {n}", 58.0 + n, 35.5, 100, 1.0, code=f"o{n}") for n in range(4))
    path = tuple((o.lon, o.lat) for o in outlets)
    stops = tuple(MapStop(f"o{n}", f"۰۸:۰{n}") for n in (2, 0, 3))
    routes = (
        MapRoute(0, path, "", "سفر یک", stops[:1]),
        MapRoute(1, path[:2], "", "سفر دو", stops),
        MapRoute(1, path, "", "سفر سه", stops[::-1]),
    )
    file = tmp_path / "map.html"
    file.write_bytes(render_map_html(dataclasses.replace(map_data, outlets=outlets, routes=routes)))
    page = Page(_dump_dom(file.as_uri() + fragment, "360,800"))
    (panel,) = page.all("aside")
    assert ("hidden" in panel) == (title is None)
    assert {"همه خودروها", "سفر دو", "سفر سه"} <= set(page.texts)
    if title is not None:
        at = max(n for n, text in enumerate(page.texts) if text == title)
        in_order = stops if title == "سفر دو" else stops[::-1]
        listed = [word for stop in in_order for word in (stop.arrival, f"فروشگاه {stop.code[1:]}")]
        assert page.texts[at + 1 : at + 1 + len(listed)] == listed
    assert count_paths(page, "js-line") == (3 if title is None else 4)  # two trips, the outline; and the chosen one


@pytest.mark.slow
def test_a_browser_draws_3900_outlets(large_map_data, tmp_path):
    path = tmp_path / "map.html"
    path.write_bytes(render_map_html(large_map_data))
    assert count_paths(Page(_dump_dom(path.as_uri())), "point") == 3900 + 2 + 1


@pytest.mark.slow
@pytest.mark.parametrize("window", ["520,700", "1280,900"])
def test_no_outlet_lies_under_the_buttons_at_first(map_data, tmp_path, window):
    corners = [(57.0, 37.5), (61.0, 37.5), (57.0, 34.0), (61.0, 34.0)]
    outlets = tuple(MapOutlet(f"o{i}", lon, lat, 100, 1.0) for i, (lon, lat) in enumerate(corners))
    path = tmp_path / "map.html"
    path.write_bytes(render_map_html(dataclasses.replace(map_data, outlets=outlets, routes=(), areas=None)))
    dom = _dump_dom(path.as_uri(), window).decode()
    points = [tag for tag in re.findall("<path[^>]*>", dom) if 'class="point' in tag]
    found = [re.findall(r"translate\(([\d.-]+),\s*([\d.-]+)\)", tag)[0] for tag in points]
    marks = [(float(x), float(y)) for x, y in found]
    assert len(marks) == 4 + 1  # and the warehouse
    wide, high = (10 + 3 * 40 + 2 * 6, 10 + 40) if window == "520,700" else (10 + 40, 10 + 3 * 40 + 2 * 6)
    assert not [(x, y) for x, y in marks if x < wide and y < high]


def _texts():
    words = ("measure", "size", "warehouses", "unserved", "no_value", "routes", "day", "all_days", "no_routes")
    words += (
        "zoom_in",
        "zoom_out",
        "whole",
        "close",
        "truck",
        "all_trucks",
        "find",
        "nothing_found",
        "kilometre",
        "metre",
    )
    return MapTexts(**{word: word for word in words})


def _dump_dom(address: str, window: str = "1280,900") -> bytes:
    browser = next(
        (found for name in ("chromium", "chromium-browser", "google-chrome") if (found := shutil.which(name))), None
    )
    if browser is None:
        reason = "no chromium is installed"
        if os.environ.get("TAAVON_REQUIRE_SERVICES") == "1":
            pytest.fail(reason)
        pytest.skip(reason)
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        command = [
            browser, "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
            "--disable-background-networking", "--disable-component-update", "--disable-sync",
            f"--user-data-dir={Path(profile)}", f"--window-size={window}", "--virtual-time-budget=15000", "--dump-dom", address,
        ]  # fmt: skip
        return subprocess.run(command, capture_output=True, check=True, timeout=120).stdout
