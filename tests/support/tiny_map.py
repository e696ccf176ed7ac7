"""A small map of roads, made anew for each test: streets in a square, and what a router stumbles over."""

from __future__ import annotations

from pathlib import Path

from tests.support.nouns import move

#: South-west corner of the streets, and how many cross each way, a kilometre apart.
CORNER, SIDE = (59.0, 36.0), 6
#: A place that streets do not join to the others, and one far from every street.
ISLAND = move(*CORNER, 30, 30)
NOWHERE = move(*CORNER, 120, 0)


def crossing(east: int, north: int) -> tuple[float, float]:
    """Return where two streets cross."""
    return move(*CORNER, east, north)


def write_map(path: Path) -> Path:
    """Write the map as an OpenStreetMap extract.

    All streets are for both ways but the southernmost, which leads east only. From the crossing (0, 5) to (1, 5) there
    is a bridge under which no truck higher than 2.5 m passes. West of (0, 0) a road leads 2 km north, then 2 km east to
    (0, 2) in an angle: the way to the yard at its corner.
    """
    import osmium  # noqa: PLC0415 - an extra

    places = {(e, n): crossing(e, n) for e in range(SIDE) for n in range(SIDE)}
    places |= {"yard": move(*CORNER, -2, 0), "corner": move(*CORNER, -2, 2)}
    places |= {"west of bridge": move(*CORNER, 0.4, 5), "east of bridge": move(*CORNER, 0.6, 5)}
    places |= {"island": ISLAND, "islet": move(*ISLAND, 1, 0)}
    number = {name: at for at, name in enumerate(places, start=1)}
    street = {"highway": "secondary", "maxspeed": "60"}
    ways = [([(e, 0) for e in range(SIDE)], street | {"oneway": "yes"})]
    ways += [([(e, n) for e in range(SIDE)], street) for n in range(1, SIDE - 1)]
    ways += [(["west of bridge", "east of bridge"], street | {"maxheight": "2.5"})]
    ways += [([(0, 5), "west of bridge"], street), (["east of bridge", *((e, 5) for e in range(1, SIDE))], street)]
    ways += [([(e, n) for n in range(SIDE)], street) for e in range(SIDE)]
    ways += [(["yard", "corner", (0, 2)], street), (["island", "islet"], street)]
    with osmium.SimpleWriter(str(path)) as writer:
        for name, at in number.items():
            writer.add_node(osmium.osm.mutable.Node(id=at, location=places[name], version=1))
        for at, (names, tags) in enumerate(ways, start=1):
            nodes = [number[name] for name in names]
            writer.add_way(osmium.osm.mutable.Way(id=at, nodes=nodes, tags=tags, version=1))
    return path
