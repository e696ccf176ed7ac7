import geopandas as gpd
import numpy as np
import pytest
import shapely

from gis.maps import MapData, MapOutlet, MapPlace, MapRoute, MapTexts, MapWarehouse

FA = MapTexts(
    measure="کیلوگرم برای هر نفر", size="اندازه: جمعیت", warehouses="انبار", unserved="در انتظار تحویل",
    no_value="بدون تخصیص", routes="مسیر کامیون", day="روز", all_days="همه روزها", no_routes="بدون مسیر",
    zoom_in="بزرگ‌نمایی", zoom_out="کوچک‌نمایی", whole="همه نقشه", close="بستن", truck="خودرو", all_trucks="همه خودروها", find="جست‌وجو", nothing_found="چیزی پیدا نشد", kilometre="کیلومتر", metre="متر",
    digits="۰۱۲۳۴۵۶۷۸۹", decimal_mark="٫",
)  # fmt: skip


def build_map_data(outlets: int, routes: int = 12, days: int = 3) -> MapData:
    rng = np.random.default_rng(9)
    shops = tuple(
        MapOutlet(
            f"فروشگاه {i} </script><b>", float(rng.uniform(57, 61)), float(rng.uniform(34, 37.5)), int(rng.integers(1, 9000)),
            None if i == 0 else float(rng.normal(0.147, 0.004)), f"فروشگاه {i} </script><b>\n۱۲ کیسه برنج", unserved=i in {1, 2},
        )
        for i in range(outlets)
    )  # fmt: skip
    yard = MapWarehouse("انبار مشهد", 59.6, 36.3, "برنج")
    paths = [
        ((yard.lon, yard.lat), *((o.lon, o.lat) for o in shops[r::31][:5]), (yard.lon, yard.lat)) for r in range(routes)
    ]
    return MapData(
        locale="fa", title="سهمیه ماه رمضان", subtitle="۷۰۰ نقطه توزیع", note="داده‌های ساختگی", texts=FA,
        outlets=shops, warehouses=(yard,),
        routes=tuple(MapRoute(r % days, path, f"کامیون {r}") for r, path in enumerate(paths)),
        days=tuple(f"روز {d}" for d in range(days)),
        places=(MapPlace("مشهد", 59.6, 36.3, 3_000_000), MapPlace("<نیشابور & حومه>", 58.8, 36.2, 260_000)),
        areas=gpd.GeoDataFrame({"n": [1]}, geometry=[shapely.box(57, 34, 61, 37.5)], crs=4326),
    )  # fmt: skip


@pytest.fixture
def map_data() -> MapData:
    return build_map_data(40)


@pytest.fixture(scope="session")
def large_map_data() -> MapData:
    return build_map_data(3900, 300, 10)
