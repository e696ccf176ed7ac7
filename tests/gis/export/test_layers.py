import geopandas as gpd
import pytest
import shapely

from gis.export.areas import build_area_layer, population_centres
from gis.export.layers import Layer, LayerError, build_line_layer, build_point_layer


@pytest.mark.parametrize("name", ["Outlets", "1st", "a b", "", "x" * 64, "a;drop"])
def test_a_name_that_is_no_lower_snake_table_name_is_refused(name):
    with pytest.raises(LayerError, match="lower_snake"):
        build_point_layer(name, "t", {}, lon=[0], lat=[0])


@pytest.mark.parametrize("crs", [None, 3857])
def test_a_frame_in_another_reference_system_is_refused(crs):
    frame = gpd.GeoDataFrame({"a": [1]}, geometry=[shapely.Point(0, 0)], crs=crs)
    with pytest.raises(LayerError, match="4326"):
        Layer("outlets", "t", frame)


def test_an_empty_path_is_refused_and_a_path_of_one_point_is_kept():
    assert len(build_line_layer("r", "t", {"n": [1]}, paths=[[(59.0, 36.0)]]).frame) == 1
    with pytest.raises(LayerError, match="no point"):
        build_line_layer("r", "t", {"n": [1]}, paths=[[]])


def test_the_centre_of_an_area_lies_where_its_people_are():
    centres = population_centres([59.0, 60.0, 10.0], [36.0, 36.0, 0.0], [3000, 1000, 5], ["a", "a", "b"])
    assert centres["a"] == pytest.approx((59.25, 36.0), abs=0.01)
    assert centres["b"] == pytest.approx((10.0, 0.0))


def test_the_centre_is_right_across_the_date_line_and_without_people():
    centres = population_centres([179.0, -179.0], [0.0, 0.0], [0, 0], ["fiji", "fiji"])
    assert abs(centres["fiji"][0]) == pytest.approx(180)


def test_an_area_is_its_polygon_or_else_a_point_and_is_never_lost():
    square = shapely.box(59, 36, 60, 37)
    layer = build_area_layer(
        "areas",
        "t",
        columns={"people": [1, 2, 3]},
        codes=["a", "b", "c"],
        centres={"b": (59.0, 36.0)},
        polygons={"a": square},
    )
    assert layer.frame["code"].tolist() == ["a", "b", "c"]
    assert list(layer.frame.geometry) == [square, shapely.Point(59, 36), None]


def test_a_line_given_as_an_area_is_refused():
    with pytest.raises(LayerError, match="LineString"):
        build_area_layer(
            "areas", "t", columns={}, codes=["a"], centres={}, polygons={"a": shapely.LineString([(0, 0), (1, 1)])}
        )
