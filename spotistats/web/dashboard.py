"""The first page: the last seven days, the sync, and what was played just now."""

from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import Literal

from flask import Blueprint, Flask, current_app, redirect, render_template, session, url_for
from werkzeug.wrappers import Response

from spotistats import charts, clock
from spotistats.charts import BarChart
from spotistats.services.accounts import Listener
from spotistats.stats.coverage import Known, coverage
from spotistats.stats.partly_known import partly_known
from spotistats.stats.plays import ShownPlay, recent_plays
from spotistats.stats.standing import SyncFacts, SyncStanding, standing, sync_standing
from spotistats.stats.standing import sync_facts as facts_of
from spotistats.stats.week import DAYS, Week, week
from spotistats.web import guards

blueprint = Blueprint("dashboard", __name__)

_RECENT = 10
_KEPT_DRAWINGS = 128
# Where Flask-WTF and Flask keep in the session what a page differs by.
_CSRF, _FLASHES = "csrf_token", "_flashes"


@dataclass(frozen=True, slots=True)
class Dashboard:
    """What the dashboard's cards show; a comparison needs both weeks, the seven days and the seven before."""

    week: Week
    known: Known
    partly_known: frozenset[date]
    both_weeks: Known
    chart: BarChart
    recent: tuple[ShownPlay, ...]
    latest_day: date | None

    @property
    def has_figure(self) -> bool:
        """Tell whether the week's minutes are known to be more than nothing, or nothing."""
        return self.week.active_days > 0 or self.known.is_whole

    @property
    def known_days(self) -> int:
        """How many of the seven days anything is known of."""
        return DAYS - len(self.known.unknown)

    @property
    def silence(self) -> Literal["new", "known", "unknown"]:
        """Why there is nothing to draw: nobody synced yet, nothing was heard, or nothing is stored."""
        if not self.recent:
            return "new"
        return "known" if self.known.is_whole else "unknown"


@dataclass(frozen=True, slots=True)
class Cards:
    """The dashboard's cards as HTML, and what is stored of the syncs, which is drawn by the time of day."""

    stats: str
    most_played: str
    recent: str
    sync_facts: SyncFacts


def init_app(app: Flask) -> None:
    """Keep what was drawn: the listener's data version is part of the keys, so it is never out of date."""
    app.extensions["dashboard_cards"] = lru_cache(maxsize=_KEPT_DRAWINGS)(_draw)
    app.extensions["dashboard_pages"] = lru_cache(maxsize=_KEPT_DRAWINGS)(_draw_page)


@blueprint.get("/")
def home() -> Response:
    return redirect(url_for("dashboard.show"))


@blueprint.get("/dashboard")
def show() -> str:
    listener, now = guards.listener(), clock.now()
    today = clock.local_date(now, clock.zone(listener.timezone))
    cards: Cards = current_app.extensions["dashboard_cards"](listener, today)
    is_alike = _CSRF in session and _FLASHES not in session
    draw = current_app.extensions["dashboard_pages"] if is_alike else _draw_page
    page: str = draw(listener, cards, *_standing_now(cards.sync_facts, now), session.get(_CSRF))
    return page


@blueprint.get("/dashboard/sync-facts")
def sync_facts() -> str:
    """Return how things stand with the syncs, for a page that has been open for a while."""
    now = clock.now()
    return render_template(
        "dashboard/_sync_facts.html", standing=sync_standing(guards.listener().id, now), now=now
    )


def of(listener: Listener, today: date) -> Dashboard:
    """Return what the listener's dashboard shows on the local date `today`."""
    where = clock.zone(listener.timezone)
    this_week = week(listener.id, today, where)
    first, before = this_week.days[0].date, clock.last_days(2 * DAYS, today)[0]
    covered = coverage(listener.id, clock.day_start(before, where), clock.day_end(today, where))
    heard = {day.date for day in this_week.days if day.plays}
    known = covered.of_span(first, today, where, today=today, heard=heard)
    minutes = [None if day.date in known.unknown else day.minutes for day in this_week.days]
    recent = recent_plays(listener.id, _RECENT, clock.day_end(today, where))
    return Dashboard(
        week=this_week,
        known=known,
        partly_known=partly_known(covered, heard, today, where),
        both_weeks=covered.of_span(before, today, where, today=today),
        chart=charts.bars(minutes),
        recent=recent,
        latest_day=clock.local_date(recent[0].played_at, where) if recent else None,
    )


def _standing_now(facts: SyncFacts, now: datetime) -> tuple[SyncStanding, str]:
    """Return how things stand, and the words for it: they change with the time of day."""
    stands = standing(facts, now)
    return stands, render_template("dashboard/_sync_facts.html", standing=stands, now=now)


def _draw_page(
    _listener: Listener, cards: Cards, standing: SyncStanding, facts: str, _csrf: str | None
) -> str:
    """Return the page, which names the listener and has in its forms what is signed for the session."""
    return render_template("dashboard/page.html", cards=cards, facts=facts, standing=standing)


def _draw(listener: Listener, today: date) -> Cards:
    dashboard = of(listener, today)

    def drawn(part: str) -> str:
        return render_template(f"dashboard/{part}.html", dashboard=dashboard)

    facts = facts_of(listener.id, clock.now())
    return Cards(drawn("_stats_card"), drawn("_most_played"), drawn("_recent"), facts)
