import geopandas as gpd
import pytest
import shapely

from gis.export.crew import CrewDay, CrewPlace, CrewStop, CrewTexts, CrewTrip
from gis.export.layers import Layer, build_line_layer, build_point_layer

PERSIAN_NAMES = ["فروشگاه کارگران تایباد", "تعاونی «فرهنگیان» نیشابور", "روستای علی‌آباد <۲> & شرکا"]
POSITIONS = [(60.7755123, 34.7402456), (58.7958678, 36.2133217), (-0.0000012, -33.4489987)]


@pytest.fixture
def points() -> Layer:
    lon, lat = zip(*POSITIONS, strict=True)
    columns = {"name": PERSIAN_NAMES, "text": ["الف", "ب\nپ", ""], "packs": [3, 0, 12]}
    return build_point_layer("outlets", "نقاط توزیع", columns, lon=lon, lat=lat)


@pytest.fixture
def lines() -> Layer:
    return build_line_layer("routes", "مسیرها", {"name": ["مسیر ۱", "مسیر ۲"]}, paths=[POSITIONS, POSITIONS[:1]])


@pytest.fixture
def polygons() -> Layer:
    hole = [(59.4, 36.4), (59.6, 36.4), (59.6, 36.6), (59.4, 36.6)]
    clockwise = shapely.Polygon([(59, 36), (59, 37), (60, 37), (60, 36)], [hole])
    many = shapely.MultiPolygon([clockwise, shapely.box(61, 36, 61.5, 36.5)])
    frame = gpd.GeoDataFrame({"name": ["مشهد", "سرخس"]}, geometry=[clockwise, many], crs=4326)
    return Layer("areas", "شهرستان‌ها", frame)


@pytest.fixture
def crew_texts() -> CrewTexts:
    return CrewTexts(
        stops="توقف‌ها", routes="مسیرها", warehouses="انبارها", trip="سفر", order="ردیف", code="کد", name="نام",
        arrival="رسیدن", hours="ساعت تحویل‌گیری", load="بار", weight_kg="وزن (کیلوگرم)", lon="طول", lat="عرض", note="یادداشت",
    )  # fmt: skip


@pytest.fixture
def crew_day(crew_texts) -> CrewDay:
    yard = CrewPlace("W1", "انبار مشهد", 59.6, 36.3)
    stops = tuple(
        CrewStop(
            i,
            f"O{i}",
            name,
            lon,
            lat,
            f"0{7 + i}:15",
            f"{i} کیسه برنج",
            10 * i,
            (i, 0),
            "",
            "۰۸:۰۰–۱۲:۰۰" if i == 1 else "",
        )
        for i, (name, (lon, lat)) in enumerate(zip(PERSIAN_NAMES, POSITIONS, strict=True), start=1)
    )
    trips = (
        CrewTrip(1, "سفر ۱", yard, "06:00", "11:10", 123_456, stops[:2], ((59.6, 36.3), (60.0, 35.5), (59.6, 36.3))),
        CrewTrip(2, "سفر ۲", yard, "11:40", "15:00", 65_432, stops[2:]),
    )
    return CrewDay("2020-04-14_T1", "کامیون ۱", "ایسوزو ۱", "2020-04-14", ("برنج", "شکر"), trips, crew_texts)
