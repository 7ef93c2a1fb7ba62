"""Time zones by the names people write: "Europe/Berlin", "berlin"; and the nearest to a slip."""

from difflib import get_close_matches
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

NEAR = 4  # names offered instead of one that is not known


@cache
def _keys() -> dict[str, str]:
    """Zones named after a place, by their names and by their places, in small letters."""
    known = [key for key in sorted(available_timezones()) if "/" in key and key[:4] != "Etc/"]
    places: dict[str, list[str]] = {}
    for key in known:
        places.setdefault(_bare(key.rpartition("/")[2]), []).append(key)
    one = {place: keys[0] for place, keys in places.items() if len(keys) == 1}
    return {**one, **{_bare(key): key for key in known}, "utc": "UTC"}


def _bare(name: str) -> str:
    return name.strip().casefold().replace(" ", "_")


def zone_named(name: str) -> ZoneInfo | None:
    """The zone somebody means; None when there is none of that name."""
    key = _keys().get(_bare(name))
    return ZoneInfo(key) if key else None


def nearest(name: str) -> list[str]:
    """Zones whose names are most like a name."""
    like = get_close_matches(_bare(name), _keys(), NEAR, 0.7)
    return list(dict.fromkeys(_keys()[each] for each in like))
