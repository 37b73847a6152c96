"""How a sync ended, in words: what happened, what was kept, and what to do."""

from collections.abc import Collection
from datetime import date

from spotistats.clock import counted, in_words, wait_in_words
from spotistats.spotify.errors import (
    Malformed,
    NeedsReconnect,
    NotAllowed,
    NotConfigured,
    RateLimited,
    SpotifyError,
    Unavailable,
    UnreadablePlays,
)


def succeeded(*, plays: int, dates: Collection[date]) -> str:
    """Return how many plays came, and of which local dates."""
    if not plays:
        return "No new plays. Top lists refreshed."
    return f"{counted(plays, 'new play')}, {_span(min(dates), max(dates))}. Top lists refreshed."


def _span(first: date, last: date) -> str:
    """Return "Mon 23 Nov", "Fri 20 – Mon 23 Nov" or "Fri 30 Oct – Mon 2 Nov"."""
    if first == last:
        return _day(last)
    is_same_month = (first.year, first.month) == (last.year, last.month)
    return f"{first:%a} {first.day} – {_day(last)}" if is_same_month else f"{_day(first)} – {_day(last)}"


def _day(value: date) -> str:
    return f"{value:%a} {value.day} {value:%b}"


def first_to_say(errors: Collection[SpotifyError]) -> SpotifyError:
    """Return what the listener has to know first of all that went wrong; of two waits the longer."""
    order = (NeedsReconnect, RateLimited, NotAllowed, Malformed, Unavailable)

    def urgency(error: SpotifyError) -> tuple[int, int]:
        rank = next((rank for rank, kind in enumerate(order) if isinstance(error, kind)), len(order))
        return rank, -(error.retry_after or 0) if isinstance(error, RateLimited) else 0

    return min(errors, key=urgency)


def failed(error: SpotifyError) -> str:
    """Return what went wrong; the numbers of what was kept follow it."""
    if isinstance(error, NeedsReconnect):
        return f"Please connect Spotify again: {error}."
    if isinstance(error, RateLimited):
        pause = f" of {in_words(error.retry_after)}" if error.retry_after else ""
        return f"Spotify asks for a pause{pause} before the next sync."
    if isinstance(error, NotConfigured):
        return "This server has no Spotify application. Whoever runs it can set SPOTIFY_CLIENT_ID."
    if isinstance(error, NotAllowed):
        return (
            "Spotify refused: this account may not be on the application’s user list, or its owner has no "
            "Premium subscription."
        )
    if isinstance(error, UnreadablePlays):
        return (
            f"{counted(error.count, 'play')} on Spotify’s list could not be read. Each sync tries again, "
            "until newer plays have pushed what is unreadable off the list."
        )
    if isinstance(error, Malformed):
        return "Spotify’s answer could not be read completely. Try again in a few minutes."
    return "Spotify could not be reached or is in trouble. Try again in a few minutes."


def kept(*, plays: int | None, lists_came: bool) -> str:
    """Return what was kept all the same; `plays` is None where no page of plays came."""
    if plays is None and not lists_came:
        return "Nothing was changed; what was stored is safe."
    lists = "The top lists were refreshed." if lists_came else "The top lists are as they were."
    if plays is None:
        return f"The plays are as they were. {lists}"
    new_plays = counted(plays, "new play") if plays else "No new play"
    return f"{new_plays} {'was' if plays < 2 else 'were'} kept. {lists}"


def cooling_down(seconds: int) -> str:
    return f"Spotify was not asked again so soon. The next sync is possible in {wait_in_words(seconds)}."


def already_running(seconds: int) -> str:
    return f"A sync is already running. It ends within {in_words(seconds)}."


def gave_way() -> str:
    return "This sync took too long and gave way to another. What was stored is safe."


def spotify_waits(seconds: int) -> str:
    return (
        "Spotify asked for a pause. Nothing was changed. "
        f"The next sync is possible in {wait_in_words(seconds)}."
    )
