"""What a listener decides: time zone, sessions, the connection to Spotify, the end of the account."""

from flask import (
    Blueprint,
    current_app,
    flash,
    get_flashed_messages,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from markupsafe import Markup
from werkzeug.wrappers import Response

from spotistats import clock
from spotistats.services import accounts, connections
from spotistats.stats.my_data import person
from spotistats.stats.standing import sync_standing
from spotistats.web import guards
from spotistats.web.filters import place, short

blueprint = Blueprint("settings", __name__, url_prefix="/settings")

CONFIRMATION = "delete everything"
_NOT_DELETED = "not deleted"
_LONGEST_TYPED = 64
_STILL_LISTED = Markup(
    ' Spotify itself still lists the permission: <a href="https://www.spotify.com/account/apps/" '
    'rel="noreferrer">remove it there</a>.'
)


@blueprint.get("")
def show() -> str:
    typed = get_flashed_messages(category_filter=[_NOT_DELETED])
    return _page(typed=str(typed[0]) if typed else None)


@blueprint.post("")
def save() -> Response:
    """Store the time zone; every day is rebuilt in it at once."""
    wanted = short(request.form.get("timezone", "").strip())[:_LONGEST_TYPED]
    try:
        accounts.set_timezone(guards.listener().id, wanted)
    except accounts.UnknownZone:
        return make_response(
            _page(zone=wanted, zone_error="That is not a time zone we know. Pick one from the list."),
            400,
        )
    clocks = "UTC" if wanted == "UTC" else f"the clocks of {place(wanted)}"
    flash(f"Saved. Your days now follow {clocks}.", "message")
    return redirect(url_for("settings.show"), code=303)


@blueprint.post("/disconnect")
def disconnect() -> Response:
    """Forget the permission and keep the history."""
    connections.disconnect(guards.listener().id)
    said = (
        "Spotify is disconnected: Spotistats has forgotten the permission to read from Spotify. "
        "Your history stays."
    )
    flash(said + _still_listed(), "message")
    return redirect(url_for("settings.show"), code=303)


@blueprint.post("/delete-account")
def delete_account() -> Response:
    """Delete the listener with everything, if the confirmation was typed."""
    typed = request.form.get("confirmation", "")
    if typed.strip().lower() != CONFIRMATION:
        # The browser goes on at the field, and the page can be loaded again.
        flash(short(typed)[:_LONGEST_TYPED], _NOT_DELETED)
        return redirect(url_for("settings.show", _anchor="confirmation"), code=303)
    accounts.delete_account(guards.listener().id)
    guards.forget_session()
    flash("Your account and everything in it are deleted." + _still_listed(), "message")
    return redirect(url_for("auth.login"), code=303)


def _still_listed() -> Markup:
    """Tell what only the listener can do; the demo's Spotify keeps no such list."""
    return Markup() if current_app.config["DEMO"] else _STILL_LISTED


def _page(*, zone: str | None = None, zone_error: str | None = None, typed: str | None = None) -> str:
    """Return the page, with what was wrong: the zone, or what was `typed` instead of the confirmation."""
    listener, now = guards.listener(), clock.now()
    zone = clock.modern_name(listener.timezone) if zone is None else zone
    regions = clock.zones_by_region()
    return render_template(
        "settings/page.html",
        zone=zone,
        is_listed=zone == "UTC" or any(zone in names for names in regions.values()),
        regions=regions,
        older_names=clock.older_names(),
        offsets=clock.offsets(now),
        zone_error=zone_error,
        typed=typed,
        confirmation=CONFIRMATION,
        person=person(listener.id),
        standing=sync_standing(listener.id, now),
    )
