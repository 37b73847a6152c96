"""The Sync button."""

from flask import Blueprint, Flask, flash, jsonify, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from spotistats import clock, time_limit
from spotistats.services.sync import ANSWER_SECONDS, SyncOutcome, SyncState, sync_user
from spotistats.stats.standing import sync_standing
from spotistats.web import dashboard, fragments, guards

blueprint = Blueprint("sync", __name__)

_STATUSES = {
    SyncState.SUCCEEDED: 200,
    SyncState.COOLING_DOWN: 429,
    SyncState.RUNNING: 429,
    SyncState.SPOTIFY_FAILED: 502,
    SyncState.NEEDS_RECONNECT: 403,
}


def init_app(app: Flask) -> None:
    """Count an answer's seconds from its beginning: before the guards, which ask the database as well."""

    @app.before_request
    def start() -> None:
        if request.endpoint == "sync.run":
            time_limit.start(ANSWER_SECONDS)

    @app.teardown_request
    def stop(_error: BaseException | None) -> None:
        time_limit.stop()


@blueprint.post("/sync")
def run() -> Response:
    """Sync the listener who is signed in and say how it went, in the form that was asked for."""
    outcome = sync_user(guards.listener().id)
    if not guards.is_still_signed_in():  # The account may have been deleted meanwhile, in another window.
        return guards.signed_out(is_late=True)
    if fragments.is_fragment_request():
        return _with_status(make_response(_fragment(outcome)), outcome)
    if guards.wants_json():
        return _with_status(_json(outcome), outcome)
    flash(outcome.message, f"sync {outcome.state.name.lower()}")
    return redirect(url_for("dashboard.show"), code=303)


def _fragment(outcome: SyncOutcome) -> str:
    listener, now = guards.listener(), clock.now()
    return render_template(
        "dashboard/_synced.html",
        outcome=outcome,
        dashboard=dashboard.of(listener, clock.local_date(now, clock.zone(listener.timezone))),
        standing=sync_standing(listener.id, now),
        now=now,
        is_fragment=True,
    )


def _json(outcome: SyncOutcome) -> Response:
    if outcome.state is SyncState.SUCCEEDED:
        return jsonify(
            success=True,
            days_aggregated=outcome.days_aggregated,
            artists_saved=outcome.artists_saved,
            tracks_saved=outcome.tracks_saved,
            plays_added=outcome.plays_added,
        )
    fields: dict[str, str | int | bool] = {"error": outcome.message}
    if outcome.state is SyncState.NEEDS_RECONNECT:
        fields["reconnect"] = True
    if outcome.retry_after is not None:
        fields["retry_after"] = outcome.retry_after
    return jsonify(fields)


def _with_status(response: Response, outcome: SyncOutcome) -> Response:
    response.status_code = _STATUSES[outcome.state]
    if outcome.retry_after is not None:
        response.headers["Retry-After"] = str(outcome.retry_after)
        if outcome.state is SyncState.SPOTIFY_FAILED:
            response.status_code = 503
    return response
