"""How values are written on pages: durations, numbers, dates, local times, pictures."""

import hashlib
import zlib
from collections.abc import Callable
from datetime import date, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from flask import Flask, current_app
from markupsafe import Markup, escape

from spotistats import clock
from spotistats.config import Settings
from spotistats.web import guards

_LONGEST_NAME = 300
_HOURS_FROM_MINUTES = 1000


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
        label,
        cell,
    ]
    times: list[Callable[..., Any]] = [iso, day, day_short, weekday, month, month_short, moment, ago]
    for function in values + times:
        app.add_template_filter(function)
    app.add_template_global(asset)


@lru_cache
def asset(name: str) -> str:
    """Return the address of a static file; it changes with the content, so browsers may keep it for ever."""
    content = (Path(__file__).parent.parent / "static" / name).read_bytes()
    return f"/static/{name}?v={hashlib.sha256(content).hexdigest()[:12]}"


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
    """Return a name cut to a length that a page can bear."""
    return text if len(text) <= _LONGEST_NAME else text[: _LONGEST_NAME - 1] + "…"


def initial(text: str) -> str:
    """Return the letter that stands for a name without a picture."""
    return next((character.upper() for character in text if character.isalnum()), "♪")


def tint(text: str) -> int:
    """Return the colour of a name without a picture: one of six, always the same."""
    return zlib.crc32(text.encode()) % 6


def label(column: str) -> str:
    """ "played_at" → "Played at"."""
    return column.replace("_", " ").capitalize()


def cell(value: Any) -> Markup:
    """Return a value of a table as a `<td>`, as it is stored."""
    if value is None:
        return Markup('<td class="nothing">–</td>')
    if isinstance(value, datetime):
        return Markup("<td>{}</td>").format(value.strftime("%Y-%m-%d %H:%M:%S.%f")[:-3])
    if isinstance(value, int):
        return Markup('<td class="n">{}</td>').format(number(value))
    text = ", ".join(map(str, value)) if isinstance(value, list) else str(value)
    return Markup('<td class="cut" title="{0}"><bdi>{0}</bdi></td>').format(short(text))


def iso(value: datetime | date) -> str:
    return value.isoformat()


def day(value: date) -> str:
    """ "Monday, 16 November 2026"."""
    return f"{value:%A}, {value.day} {value:%B} {value.year}"


def day_short(value: date) -> str:
    """ "16 Nov"."""
    return f"{value.day} {value:%b}"


def weekday(value: date) -> str:
    """ "Mon"."""
    return f"{value:%a}"


def month(value: date) -> str:
    """ "November 2026"."""
    return f"{value:%B %Y}"


def month_short(value: date) -> str:
    """ "Nov"."""
    return f"{value:%b}"


def moment(value: datetime, style: str = "full") -> Markup:
    """A `<time>` in the listener's zone: "full" is date and time, "clock" the time, "near" what is needed."""
    local = value.astimezone(_zone())
    full = f"{local.day} {local:%B} {local.year}, {local:%H:%M}"
    if style == "near":
        today = clock.local_date(clock.now(), _zone())
        days = (today - local.date()).days
        text = f"{local:%H:%M}" if days == 0 else f"{local:%a} {local:%H:%M}" if 0 < days < 7 else full
    else:
        text = f"{local:%H:%M}" if style == "clock" else full
    return _time(value, full, text)


def ago(value: datetime) -> Markup:
    """A `<time>` as a distance from now: "3 minutes ago", "in 2 hours"."""
    local = value.astimezone(_zone())
    full = f"{local.day} {local:%B} {local.year}, {local:%H:%M}"
    seconds = (clock.now() - value).total_seconds()
    if 0 <= seconds < 60:
        text = "just now"
    else:
        text = f"{clock.in_words(int(seconds))} ago" if seconds > 0 else f"in {clock.in_words(int(-seconds))}"
    return _time(value, full, text)


def picture(address: str | None) -> str | None:
    """Return a picture's address if it is one that pages may load: Spotify's own hosts over https.

    In the demo the simulator's host stands for Spotify's.
    """
    if not address:
        return None
    try:
        parts = urlsplit(address)
    except ValueError:
        return None
    host = parts.hostname or ""
    if parts.scheme == "https" and host.endswith(".scdn.co") and parts.netloc == host:
        return address
    settings: Settings = current_app.config["SETTINGS"]
    service = urlsplit(settings.spotify_api_url)
    return (
        address
        if settings.demo and (parts.scheme, parts.netloc) == (service.scheme, service.netloc)
        else None
    )


def _zone() -> ZoneInfo:
    listener = guards.listener_or_none()
    return clock.zone(listener.timezone if listener else "UTC")


def _time(value: datetime, full: str, text: str) -> Markup:
    return Markup('<time datetime="{}" title="{}">{}</time>').format(value.isoformat(), full, escape(text))
