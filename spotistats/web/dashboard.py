"""The first page: the last seven days, the sync, and what was played just now."""

from dataclasses import dataclass

from flask import Blueprint, redirect, render_template, url_for
from werkzeug.wrappers import Response

from spotistats import charts, clock
from spotistats.charts import Bar
from spotistats.services.accounts import Listener
from spotistats.stats.recent import RecentPlay, recent_plays
from spotistats.stats.syncs import Gap, SyncStanding, gaps_since, sync_standing
from spotistats.stats.week import Week, week
from spotistats.web import guards

blueprint = Blueprint("dashboard", __name__)

_RECENT = 10
BARS_WIDTH, BARS_HEIGHT = 420, 120


@dataclass(frozen=True, slots=True)
class Dashboard:
    """All that the dashboard and its parts show."""

    week: Week
    bars: tuple[Bar, ...]
    standing: SyncStanding
    consent_ends_soon: bool
    gaps: tuple[Gap, ...]
    recent: tuple[RecentPlay, ...]


@blueprint.get("/")
def home() -> Response:
    return redirect(url_for("dashboard.show"))


@blueprint.get("/dashboard")
def show() -> str:
    return render_template("dashboard/page.html", dashboard=of(guards.listener()))


def of(listener: Listener) -> Dashboard:
    """Return the listener's dashboard as it is now."""
    now, where = clock.now(), clock.zone(listener.timezone)
    this_week = week(listener.id, clock.local_date(now, where), where)
    standing = sync_standing(listener.id, now)
    return Dashboard(
        week=this_week,
        bars=charts.bars(
            [day.minutes for day in this_week.days], width=BARS_WIDTH, height=BARS_HEIGHT, gap=16
        ),
        standing=standing,
        consent_ends_soon=standing.ends_soon(now),
        gaps=gaps_since(listener.id, clock.day_start(this_week.days[0].date, where)),
        recent=recent_plays(listener.id, _RECENT),
    )
