"""A sync: ask Spotify for everything, then store it."""

import logging
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import partial
from typing import Any

from spotistats import clock, time_limit
from spotistats.extensions import end_reading, settings, transaction
from spotistats.plays import TIME_RANGES, RecentlyPlayed, TimeRange, TopLists
from spotistats.services import connections, recording, sync_runs, sync_words
from spotistats.services.connections import Access
from spotistats.services.recording import Recorded
from spotistats.services.sync_runs import Run
from spotistats.spotify import side_by_side
from spotistats.spotify.client import SpotifyClient
from spotistats.spotify.errors import (
    AccessTokenRefused,
    NeedsReconnect,
    NotConfigured,
    RateLimited,
    SpotifyError,
    UnreadablePlays,
)

log = logging.getLogger(__name__)

# Every answer comes within 25 seconds, counted from the press of the button. Spotify has its share of them;
# the rest is for the database, where other writers may have to be waited for. Four seconds are left for
# finding out, should the database be of no use, what it lacks.
ANSWER_SECONDS = 21.0
_STORING_SECONDS = 6.0
_RECENT = "recently played"


class SyncState(StrEnum):
    SUCCEEDED = "succeeded"
    COOLING_DOWN = "cooling down"
    RUNNING = "running"
    SPOTIFY_FAILED = "Spotify failed"
    NEEDS_RECONNECT = "needs to reconnect"


@dataclass(frozen=True, slots=True)
class SyncOutcome:
    """How a sync ended; `message` says so to a person, `retry_after` is in seconds."""

    state: SyncState
    message: str
    retry_after: int | None = None
    days_aggregated: int = 0
    artists_saved: int = 0
    tracks_saved: int = 0
    plays_added: int = 0


@dataclass(frozen=True, slots=True)
class Fetched:
    """What Spotify told; an error stands where it told nothing."""

    recent: RecentlyPlayed | SpotifyError
    top_lists: TopLists | SpotifyError
    errors: tuple[SpotifyError, ...]


def sync_user(user_id: int, *, force: bool = False) -> SyncOutcome:
    """Bring the listener up to date; `force` skips the cooldown, never a running sync.

    1. Take the listener's lock, unless it is too early.
    2. Ask Spotify for the recent plays and the six top lists, side by side, no transaction being open.
    3. Store the plays and rebuild their days.
    4. Store the top lists, if all six came, and how the sync ended.
    """
    try:
        with time_limit.within(ANSWER_SECONDS) as answer_by:
            connections.application()
            connections.stored_access(user_id)
            with sync_runs.running(user_id, force=force) as run:
                return _run(run, answer_by - _STORING_SECONDS)
    except sync_runs.Refused as refusal:
        return _refusal(refusal)
    except NeedsReconnect as error:
        return SyncOutcome(SyncState.NEEDS_RECONNECT, sync_words.failed(error))
    except NotConfigured as error:
        return SyncOutcome(SyncState.SPOTIFY_FAILED, sync_words.failed(error))
    except sync_runs.LockLost:
        log.warning("user %s: a sync took too long and gave way to another", user_id)
        return SyncOutcome(SyncState.RUNNING, sync_words.gave_way(), retry_after=sync_runs.LOCK_SECONDS)


def _run(run: Run, deadline: float) -> SyncOutcome:
    fetched = _fetch(run, deadline=deadline)
    _note_wait(fetched)
    recorded, rebuilt = Recorded(0, frozenset(), None), 0
    if isinstance(fetched.recent, RecentlyPlayed):
        recorded, rebuilt = _save_plays(run, fetched.recent)
    outcome = _outcome(fetched, recorded, rebuilt)
    _save_rest(run, fetched, outcome)
    reasons = (
        "; ".join(sorted({f"{type(error).__name__}: {error}" for error in fetched.errors})) or "no error"
    )
    log.info("user %s: sync %s, new plays: %s, %s", run.user_id, outcome.state, outcome.plays_added, reasons)
    return outcome


def _fetch(run: Run, *, deadline: float) -> Fetched:
    """Ask for everything; calls whose access token was refused are asked once more with a fresh one."""
    try:
        access = connections.fresh_access(run.user_id, deadline=deadline, note=run.note_refresh)
    except SpotifyError as error:
        return Fetched(error, error, (error,))
    end_reading()
    answers = side_by_side.ask(_calls(access, deadline), deadline=deadline)
    refused = [name for name, answer in answers.items() if isinstance(answer, AccessTokenRefused)]
    waits = [answer for answer in answers.values() if isinstance(answer, RateLimited)]
    if refused and waits:
        answers |= dict.fromkeys(refused, waits[0])  # Spotify wants no calls now, so none follow.
    elif refused:
        access, again = _ask_again(run, access, refused, deadline)
        answers |= again
    if any(isinstance(answer, NeedsReconnect) for answer in answers.values()):
        connections.mark_needs_reconnect(access)
    return _fetched(answers)


def _ask_again(run: Run, access: Access, names: list[str], deadline: float) -> tuple[Access, dict[str, Any]]:
    """Ask the calls of these names once more with a fresh token; what the others brought is kept anyway."""
    try:
        access = connections.refreshed_access(access, deadline=deadline, note=run.note_refresh)
    except SpotifyError as error:
        return access, dict.fromkeys(names, error)
    end_reading()
    calls = _calls(access, deadline)
    return access, side_by_side.ask({name: calls[name] for name in names}, deadline=deadline)


def _calls(access: Access, deadline: float) -> dict[str, side_by_side.Call]:
    client = SpotifyClient(settings().spotify_api_url, access.access_token, deadline)
    limit = settings().top_limit
    calls: dict[str, side_by_side.Call] = {_RECENT: client.recently_played}
    for time_range in TIME_RANGES:
        calls[f"artists {time_range}"] = partial(client.top_artists, time_range, limit)
        calls[f"tracks {time_range}"] = partial(client.top_tracks, time_range, limit)
    return calls


def _fetched(answers: dict[str, Any]) -> Fetched:
    recent = answers[_RECENT]
    errors = [answer for answer in answers.values() if isinstance(answer, SpotifyError)]
    list_error = next(
        (answer for name, answer in answers.items() if name != _RECENT and isinstance(answer, SpotifyError)),
        None,
    )
    if isinstance(recent, RecentlyPlayed) and recent.unreadable:
        errors.append(UnreadablePlays(recent.unreadable))

    def ranges(kind: str) -> dict[TimeRange, Any]:
        return {time_range: answers[f"{kind} {time_range}"] for time_range in TIME_RANGES}

    lists = list_error or TopLists(artists=ranges("artists"), tracks=ranges("tracks"))
    return Fetched(recent, lists, tuple(errors))


def _note_wait(fetched: Fetched) -> None:
    """Store a wait that Spotify asked for before anything else: other syncs must know of it at once."""
    waits = [error.retry_after or 0 for error in fetched.errors if isinstance(error, RateLimited)]
    if any(waits):
        connections.note_wait(max(waits))


def _save_plays(run: Run, recent: RecentlyPlayed) -> tuple[Recorded, int]:
    """Store the plays; return what that changed, and how many days were made anew."""
    with transaction() as session:
        where = clock.zone(sync_runs.hold(session, run))
        recorded = recording.record_plays(
            session, run.user_id, recent.plays, where, full_since=recent.full_since, now=clock.now()
        )
        rebuilt = recording.rebuild_days(session, run.user_id, recorded.dates, where, now=clock.now())
        sync_runs.note_plays(session, run, recorded)
    return recorded, rebuilt


def _save_rest(run: Run, fetched: Fetched, outcome: SyncOutcome) -> None:
    now = clock.now()
    kept = isinstance(fetched.recent, RecentlyPlayed) or isinstance(fetched.top_lists, TopLists)
    failed_as = "partial" if kept else "failed"
    with transaction() as session:
        sync_runs.hold(session, run)
        if isinstance(fetched.top_lists, TopLists):
            recording.save_top_lists(session, run.user_id, fetched.top_lists, now=now)
        if outcome.state is SyncState.SUCCEEDED:
            connections.confirm(session, run.user_id)
            sync_runs.finish(session, run, status="succeeded", error=None, now=now)
        else:
            sync_runs.finish(session, run, status=failed_as, error=outcome.message, now=now)


def _outcome(fetched: Fetched, recorded: Recorded, rebuilt: int) -> SyncOutcome:
    lists = fetched.top_lists if isinstance(fetched.top_lists, TopLists) else None
    plays = recorded.plays_added
    artists = sum(map(len, lists.artists.values())) if lists else 0
    tracks = sum(map(len, lists.tracks.values())) if lists else 0
    counts = SyncOutcome(
        SyncState.SUCCEEDED,
        sync_words.succeeded(plays=plays, dates=recorded.dates),
        days_aggregated=rebuilt,
        artists_saved=artists,
        tracks_saved=tracks,
        plays_added=plays,
    )
    if not fetched.errors:
        return counts
    error = sync_words.first_to_say(fetched.errors)
    plays_came = isinstance(fetched.recent, RecentlyPlayed)
    kept = sync_words.kept(plays=plays if plays_came else None, lists_came=lists is not None)
    message = f"{sync_words.failed(error)} {kept}"
    if isinstance(error, NeedsReconnect):
        return replace(counts, state=SyncState.NEEDS_RECONNECT, message=message)
    wait = error.retry_after if isinstance(error, RateLimited) else None
    return replace(counts, state=SyncState.SPOTIFY_FAILED, message=message, retry_after=wait)


def _refusal(refusal: sync_runs.Refused) -> SyncOutcome:
    wait = refusal.retry_after
    if isinstance(refusal, sync_runs.AlreadyRunning):
        return SyncOutcome(SyncState.RUNNING, sync_words.already_running(wait), retry_after=wait)
    if isinstance(refusal, sync_runs.CoolingDown):
        return SyncOutcome(SyncState.COOLING_DOWN, sync_words.cooling_down(wait), retry_after=wait)
    return SyncOutcome(SyncState.SPOTIFY_FAILED, sync_words.spotify_waits(wait), retry_after=wait)
