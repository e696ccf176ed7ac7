"""A drawn map holds everything inside its edges, and no label covers another."""

import re
import xml.etree.ElementTree as ET
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gis.export.sketch import DASHES, SketchLine, SketchMark, draw_sketch
from tests.support.nouns import move

SVG = "{http://www.w3.org/2000/svg}"


def numbers(text):
    return [float(n) for n in re.findall(r"-?\d+\.?\d*", text)]


def circles(sketch):
    return [(float(c.get("cx")), float(c.get("cy"))) for c in ET.fromstring(sketch.svg).iter(f"{SVG}circle")]


def test_north_is_above_and_east_is_right_at_one_scale():
    south_west, north_east, north = (59.0, 36.0), move(59.0, 36.0, 10, 10), move(59.0, 36.0, 0, 10)
    sketch = draw_sketch([], [SketchMark(*at, "#000000") for at in (south_west, north_east, north)], 100, 100)
    (a, b), (c, d), (e, f) = circles(sketch)
    assert c - a == pytest.approx(b - d, rel=0.01)
    assert e == pytest.approx(a, abs=0.1)
    assert f == pytest.approx(d, abs=0.1)


def test_the_scale_bar_is_as_long_as_it_says():
    ends = (59.0, 36.0), move(59.0, 36.0, 20, 0)
    sketch = draw_sketch([], [SketchMark(*at, "#000000") for at in ends], 150, 60)
    (a, _), (b, _) = circles(sketch)
    assert sketch.bar_mm / (b - a) == pytest.approx(sketch.bar_m / 20_000, rel=0.01)
    assert str(sketch.bar_m).rstrip("0") in {"1", "2", "5"}
    assert sketch.bar_mm <= 0.22 * 150


def test_a_line_keeps_its_bends_colour_and_dashes():
    path = [(59.0, 36.0), (59.1, 36.0), (59.1, 36.1)]
    sketch = draw_sketch([SketchLine(path, "#123456", 0.5, DASHES[1])], [], 100, 80)
    (line,) = ET.fromstring(sketch.svg).iter(f"{SVG}polyline")
    assert len(line.get("points").split()) == 3
    assert line.get("stroke") == "#123456"
    assert line.get("stroke-dasharray") == DASHES[1]


def test_there_is_no_text_in_the_drawing():
    sketch = draw_sketch([], [SketchMark(59, 36, "#000000", text="ایستگاه")], 100, 80)
    assert "ایستگاه" not in sketch.svg
    assert [label.text for label in sketch.labels] == ["ایستگاه"]
    assert not list(ET.fromstring(sketch.svg).iter(f"{SVG}text"))


def test_nothing_to_draw_is_refused():
    with pytest.raises(ValueError, match="nothing to draw"):
        draw_sketch([], [], 100, 80)


@given(
    st.lists(
        st.tuples(st.floats(58.9, 59.2), st.floats(35.9, 36.1), st.text("۰۱۲۳۴۵۶۷۸۹-", min_size=1, max_size=5)),
        min_size=1,
        max_size=60,
    )
)
def test_marks_and_labels_lie_inside_and_labels_apart(spots):
    marks = [SketchMark(lon, lat, "#000000", text=text) for lon, lat, text in spots]
    sketch = draw_sketch([], marks, 186, 80)
    for x, y in circles(sketch):
        assert 0 < x < 186
        assert 0 < y < 80
    boxes = [(one.x_mm, one.y_mm, len(one.text) * 1.35 / 2, 1.35) for one in sketch.labels]
    for x, y, half_w, half_h in boxes:
        assert half_w <= x <= 186 - half_w
        assert half_h <= y <= 80 - half_h
    for (x, y, w, h), (a, b, v, g) in combinations(boxes, 2):
        assert abs(x - a) >= w + v or abs(y - b) >= h + g


def test_stops_at_one_place_all_get_a_number():
    marks = [SketchMark(59, 36, "#000000", text=str(n)) for n in range(12)] + [SketchMark(59.1, 36.05, "#000000")]
    assert len(draw_sketch([], marks, 186, 80).labels) == 12
