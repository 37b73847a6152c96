"""How values are written on pages: durations, numbers, dates, local times, pictures."""

import re
import zlib
from collections.abc import Callable
from datetime import date, datetime
from functools import lru_cache
from math import ceil
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from flask import Flask, current_app

from spotistats import clock
from spotistats.web import guards

_LONGEST_NAME = 300
_HOURS_FROM_MINUTES = 1000
# Writing a date takes longer than finding how it was written before; a page of ten years fits.
_KEPT = 4096
# Columns whose name in the tables does not tell enough.
_COLUMNS = {
    "id": "Number",
    "ms_played": "Duration",
    "artist_name": "Artists",
    "album_name": "Album",
    "image_url": "Picture",
    "preview_url": "Preview",
}
_NAMES = {"top-artists": "Artist", "top-tracks": "Track"}
_PLACES = {"DumontDUrville": "Dumont d’Urville"}
_LOOK_AGAIN_SECONDS = 30
_PICTURE_HOST = re.compile(r"[a-z0-9-]+\.scdn\.co")
# What a name may hold and HTML may not.
_UNSHOWABLE = re.compile(r"[\x00-\x08\x0b\x0e-\x1f\x7f-\x9f\ufdd0-\ufdef\ufffe\uffff]")


def init_app(app: Flask) -> None:
    """Make the filters known to the templates."""
    values: list[Callable[..., Any]] = [
        number,
        counted,
        minutes,
        figure,
        short,
        initial,
        tint,
        picture,
        place,
        label,
        duration,
        stored,
    ]
    times: list[Callable[..., Any]] = [iso, moment, near, ago, look_again, local_time, local_day]
    for function in values + times:
        app.add_template_filter(function)
    app.jinja_env.filters |= {
        "day": day,
        "day_long": day_long,
        "day_near": day_near,
        "day_short": day_short,
        "weekday": weekday,
        "weekday_long": weekday_long,
        "month": month,
        "month_short": month_short,
    }


def number(value: int) -> str:
    """1284 → "1,284"."""
    return f"{value:,}"


def counted(value: int, noun: str) -> str:
    """1 → "1 play", 2 → "2 plays"."""
    return clock.counted(value, noun)


def minutes(value: int) -> str:
    """Minutes as a person says them: up to 999 minutes, then hours and minutes."""
    return " ".join(f"{amount} {unit}" for amount, unit in figure(value))


def figure(value: int) -> list[tuple[str, str]]:
    """Minutes as amounts with their units, so that a page can set the unit smaller than the amount."""
    if value < _HOURS_FROM_MINUTES:
        return [(number(value), "minute" if value == 1 else "minutes")]
    return [(number(value // 60), "h"), (str(value % 60), "min")]


def short(text: str) -> str:
    """Return a name cut to a length that a page can bear, without what no page can show."""
    text = _UNSHOWABLE.sub("", text)
    return text if len(text) <= _LONGEST_NAME else text[: _LONGEST_NAME - 1] + "…"


def initial(text: str) -> str:
    """Return the letter that stands for a name without a picture."""
    return next((character.upper() for character in text if character.isalnum()), "♪")


def tint(text: str) -> int:
    """Return the colour of a name without a picture: one of six, always the same."""
    return zlib.crc32(text.encode()) % 6


def place(zone: str) -> str:
    """ "America/Argentina/Buenos_Aires" → "Argentina – Buenos Aires", as the list of zones names it."""
    zone = clock.modern_name(zone)
    name = (zone.partition("/")[2] or zone).replace("/", " – ").replace("_", " ")
    return _PLACES.get(name, name)


def label(column: str, table: str = "") -> str:
    """ "top_artist" → "Top artist", "played_at" → "Played at (UTC)"; a name is called what `table` ranks."""
    name = _NAMES.get(table) if column == "name" else None
    words = name or _COLUMNS.get(column) or column.replace("_", " ").capitalize()
    return f"{words} (UTC)" if column.endswith("_at") else words


def duration(milliseconds: int) -> str:
    """222,000 → "3:42", 4,000,000 → "1:06:40"."""
    minutes, seconds = divmod(milliseconds // 1000, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours:,}:{minutes:02}:{seconds:02}" if hours else f"{minutes}:{seconds:02}"


def stored(value: datetime | date) -> str:
    """Return a moment as it is stored, in UTC to the millisecond, or a date."""
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%d %H:%M:%S.%f")[:-3]
    return value.isoformat()


def iso(value: datetime | date) -> str:
    return value.isoformat()


def _written(pattern: str) -> Callable[[date], str]:
    """Return what writes a date by the pattern, and knows those that it has written before."""
    return lru_cache(maxsize=_KEPT)(pattern.format)


day = _written("{0:%A}, {0.day} {0:%B} {0.year}")  # Monday, 16 November 2026
day_long = _written("{0.day} {0:%B} {0.year}")  # 16 November 2026
day_near = _written("{0:%a} {0.day} {0:%b}")  # Mon 16 Nov
day_short = _written("{0.day} {0:%b}")  # 16 Nov
weekday = _written("{0:%a}")  # Mon
weekday_long = _written("{0:%A}")  # Monday
month = _written("{0:%B %Y}")  # November 2026
month_short = _written("{0:%b}")  # Nov


def moment(value: datetime) -> str:
    """ "16 November 2026, 17:03", in the listener's zone."""
    return _full(value, _zone())


def near(value: datetime, today: date) -> str:
    """Return a moment as somebody says it on the day `today`: "17:03", "Sun 17:03", "14 Nov, 17:03"."""
    return _near(value, _zone(), today)


def ago(value: datetime, now: datetime) -> str:
    """Return a moment as its distance from `now`: "3 minutes ago", "in 2 hours"."""
    seconds = (now - value).total_seconds()
    if 0 <= seconds < 60:
        return "just now"
    if seconds > 0:
        return f"{clock.age_in_words(int(seconds))} ago"
    return f"in {clock.wait_in_words(ceil(-seconds))}"


def look_again(next_sync_at: datetime | None, now: datetime) -> int:
    """Return the seconds after which a page asks how things stand: sooner where a sync is possible sooner."""
    return min(clock.seconds_until(next_sync_at, now) or _LOOK_AGAIN_SECONDS, _LOOK_AGAIN_SECONDS)


def local_time(value: datetime) -> str:
    """ "17:03", in the listener's zone."""
    return f"{value.astimezone(_zone()):%H:%M}"


def local_day(value: datetime) -> str:
    """ "16 November 2026", in the listener's zone."""
    return day_long(clock.local_date(value, _zone()))


@lru_cache(maxsize=_KEPT)
def _full(value: datetime, where: ZoneInfo) -> str:
    local = value.astimezone(where)
    return f"{local.day} {local:%B %Y, %H:%M}"


@lru_cache(maxsize=_KEPT)
def _near(value: datetime, where: ZoneInfo, today: date) -> str:
    local = value.astimezone(where)
    days_ago = (today - local.date()).days
    if days_ago == 0:
        return f"{local:%H:%M}"
    if 0 < days_ago < 7:
        return f"{local:%a %H:%M}"
    year = f" {local.year}" if local.year != today.year else ""
    return f"{local.day} {local:%b}{year}, {local:%H:%M}"


def picture(address: str | None) -> str | None:
    """Return a picture's address if it is one that pages may load: Spotify's own hosts over https.

    In the demo the simulator's host stands for Spotify's.
    """
    if not address:
        return None
    return address if _may_be_loaded(address, current_app.config["PICTURES_FROM"]) else None


@lru_cache(maxsize=1024)
def _may_be_loaded(address: str, simulator: str | None) -> bool:
    try:
        parts = urlsplit(address)
    except ValueError:
        return False
    if parts.scheme == "https" and _PICTURE_HOST.fullmatch(parts.netloc):
        return True
    service = urlsplit(simulator or "")
    return bool(simulator) and (parts.scheme, parts.netloc) == (service.scheme, service.netloc)


def _zone() -> ZoneInfo:
    listener = guards.listener_or_none()
    return clock.zone(listener.timezone if listener else "UTC")
