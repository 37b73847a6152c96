"""Spotify's own ranking, read from the database."""

from flask import Blueprint, abort, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from spotistats import clock
from spotistats.plays import TIME_RANGES, TimeRange
from spotistats.stats.top import Kind, top_list
from spotistats.web import errors, guards

blueprint = Blueprint("top", __name__, url_prefix="/top")

RANGES: dict[TimeRange, str] = {
    "short_term": "4 weeks",
    "medium_term": "6 months",
    "long_term": "1 year",
}
_NO_SUCH_RANGE = "There is no such time range. Spotify ranks the last 4 weeks, 6 months or 1 year."


@blueprint.get("")
def home() -> Response:
    return redirect(url_for("top.artists", range=request.args.get("range")))


@blueprint.get("/artists")
def artists() -> str:
    return _page("artists")


@blueprint.get("/tracks")
def tracks() -> str:
    return _page("tracks")


def _page(kind: Kind) -> str:
    time_range = next(
        (known for known in TIME_RANGES if known == request.args.get("range", "short_term")), None
    )
    if time_range is None:
        way_on = url_for(f"top.{kind}"), f"To the top {kind}"
        abort(errors.answer(400, text=_NO_SUCH_RANGE, way_on=way_on))
    ranking, now = top_list(guards.listener().id, kind, time_range), clock.now()
    return render_template(
        "top/page.html",
        ranking=ranking,
        is_stale=ranking.is_stale(now),
        now=now,
        kind=kind,
        time_range=time_range,
        ranges=RANGES,
    )
