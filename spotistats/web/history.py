"""Daily listening over a year, or another number of days, and each day with its plays."""

import re
from datetime import date
from typing import NoReturn

from flask import Blueprint, Response, abort, render_template, request, url_for

from spotistats import charts, clock
from spotistats.stats.coverage import coverage
from spotistats.stats.day import day as day_of
from spotistats.stats.history import history
from spotistats.stats.leaders import is_tied, leaders
from spotistats.stats.partly_known import partly_known
from spotistats.stats.plays import PAGE_SIZE, plays_of
from spotistats.web import errors, guards

blueprint = Blueprint("history", __name__)

_DEFAULT_DAYS = 365
_MOST_DAYS = 3650
_MOST_PAGES = 99_999
_LEAST_OF_A_LEADER = 2  # Where everything was played once, nothing was played most.
SPANS = ((30, "30 days"), (90, "90 days"), (365, "1 year"), (1095, "3 years"), (3650, "10 years"))
_YEARS = range(1970, 3000)
_A_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


@blueprint.get("/history")
def show() -> str:
    count = _days(request.args.get("days"))
    listener = guards.listener()
    where = clock.zone(listener.timezone)
    first, today = clock.last_days(count, clock.local_date(clock.now(), where))
    heard = history(listener.id, first, today)
    minutes = {day.date: day.minutes for day in heard.days}
    covered = coverage(listener.id, clock.day_start(first, where), clock.day_end(today, where))
    known = covered.of_span(first, today, where, today=today, heard=minutes)
    calendar = charts.calendar(minutes, first, today, unknown=known.unknown)
    begins = clock.local_date(covered.begins_at, where) if covered.begins_at else None
    return render_template(
        "history/page.html",
        history=heard,
        known=known,
        partly_known=partly_known(covered, minutes, today, where),
        calendar=calendar,
        whole_months={
            month
            for month in calendar.firsts
            if covered.is_whole(max(month, first), min(clock.month_end(month), today), where, today=today)
        },
        count=count,
        spans=_spans(count, (today - begins).days + 1) if begins else [],
    )


@blueprint.get("/history/<text>")
def day(text: str) -> str | Response:
    """Show a day with every play of it, in the order in which they were heard."""
    date, page = _date(text), _whole_number(request.args.get("page", "1"), _MOST_PAGES)
    if page is None:
        return _no_such_page(text)
    listener = guards.listener()
    where = clock.zone(listener.timezone)
    today = clock.local_date(clock.now(), where)
    span = clock.span(date, date, where)
    heard, plays = day_of(listener.id, date), plays_of(listener.id, span, page=page)
    if page > 1 and not plays.plays:
        return _no_such_page(text)
    covered = coverage(listener.id, span.start, clock.day_end(today, where))
    known = covered.of_span(date, date, where, today=today, heard=[date] if heard.plays else [])
    leading = leaders(listener.id, span).played(_LEAST_OF_A_LEADER)
    return render_template(
        "history/day.html",
        day=heard,
        page=page,
        plays=plays,
        leaders=leading,
        is_tied=bool(leading) and is_tied(listener.id, span, least=_LEAST_OF_A_LEADER),
        first_number=(page - 1) * PAGE_SIZE + 1,
        known=known,
        is_known=date <= today and date not in known.unknown,
        today=today,
    )


def _spans(count: int, stored_days: int) -> list[tuple[int, str]]:
    """Return the spans to choose from: `count`, the usual one, none much longer than what is stored.

    Any number of days may be asked for; one that is not among the usual ones stands between them.
    """
    enough = next((days for days, _ in SPANS if days >= stored_days), _MOST_DAYS)
    all_spans = sorted({count: clock.counted(count, "day"), **dict(SPANS)}.items())
    return [(days, words) for days, words in all_spans if days <= enough or days in {count, _DEFAULT_DAYS}]


def _days(text: str | None) -> int:
    if text is None:
        return _DEFAULT_DAYS
    if (days := _whole_number(text, _MOST_DAYS)) is None:
        _refuse(f"The number of days must be a whole number from 1 to {_MOST_DAYS:,}.")
    return days


def _refuse(text: str) -> NoReturn:
    abort(errors.answer(400, text=text, way_on=(url_for("history.show"), "To the history")))


def _no_such_page(text: str) -> Response:
    first_page = url_for("history.day", text=text)
    return errors.answer(
        400, text="There is no such page of this day.", way_on=(first_page, "To the first page of this day")
    )


def _whole_number(text: str, most: int) -> int | None:
    is_short_number = text.isascii() and text.isdigit() and len(text) < 6
    return int(text) if is_short_number and 1 <= int(text) <= most else None


def _date(text: str) -> date:
    try:
        found = date.fromisoformat(text) if _A_DATE.fullmatch(text) else None
    except ValueError:
        found = None
    if found is None or found.year not in _YEARS:
        _refuse("There is no such day. A day is written as year, month and day: 2026-11-20.")
    return found
