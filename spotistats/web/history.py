"""Daily listening over a year, or another number of days."""

from flask import Blueprint, abort, render_template, request

from spotistats import charts, clock
from spotistats.stats.coverage import coverage
from spotistats.stats.history import history
from spotistats.web import guards

blueprint = Blueprint("history", __name__)

_DEFAULT_DAYS = 365
_MOST_DAYS = 3650
SPANS = ((30, "30 days"), (90, "90 days"), (365, "1 year"), (1095, "3 years"), (3650, "10 years"))


@blueprint.get("/history")
def show() -> str:
    count = _days(request.args.get("days"))
    listener = guards.listener()
    where = clock.zone(listener.timezone)
    first, last = clock.last_days(count, clock.local_date(clock.now(), where))
    heard = history(listener.id, first, last)
    minutes = {day.date: day.minutes for day in heard.days}
    covered = coverage(listener.id, clock.day_start(first, where))
    known = covered.of_span(first, last, where, heard=minutes)
    years = charts.calendar(minutes, first, last, unknown=known.unknown)
    return render_template(
        "history/page.html", history=heard, known=known, years=years, count=count, spans=SPANS
    )


def _days(text: str | None) -> int:
    if text is None:
        return _DEFAULT_DAYS
    if not (text.isascii() and text.isdigit() and len(text) < 6 and 1 <= int(text) <= _MOST_DAYS):
        abort(400, f"The number of days must be a whole number from 1 to {_MOST_DAYS:,}.")
    return int(text)
