"""How a sync ended, in words."""

from datetime import UTC, date, datetime, timedelta

import pytest

from spotistats.clock import seconds_until
from spotistats.services import sync_words
from spotistats.spotify.errors import (
    AccessTokenRefused,
    Malformed,
    NeedsReconnect,
    NotAllowed,
    RateLimited,
    SpotifyError,
    Unavailable,
    UnreadablePlays,
)
from spotistats.web.filters import ago


@pytest.mark.parametrize(
    ("plays", "dates", "words"),
    [
        (0, [], "No new plays. Top lists refreshed."),
        (1, [date(2026, 11, 23)], "1 new play, Mon 23 Nov. Top lists refreshed."),
        (
            50,
            [date(2026, 11, 23), date(2026, 11, 20), date(2026, 11, 21)],
            "50 new plays, Fri 20 – Mon 23 Nov. Top lists refreshed.",
        ),
        (
            2,
            [date(2026, 10, 30), date(2026, 11, 2)],
            "2 new plays, Fri 30 Oct – Mon 2 Nov. Top lists refreshed.",
        ),
        (
            2,
            [date(2025, 11, 1), date(2026, 11, 2)],
            "2 new plays, Sat 1 Nov – Mon 2 Nov. Top lists refreshed.",
        ),
    ],
)
def test_a_success_tells_what_came(plays: int, dates: list[date], words: str) -> None:
    assert sync_words.succeeded(plays=plays, dates=dates) == words


def test_a_refusal_does_not_claim_to_have_looked() -> None:
    assert sync_words.cooling_down(2580) == (
        "Spotify was not asked again so soon. The next sync is possible in 43 minutes."
    )


@pytest.mark.parametrize("seconds", [0.3, 29, 59.5, 61, 2580, 86_400])
def test_a_refusal_and_the_card_above_it_name_one_time(seconds: float) -> None:
    now = datetime(2026, 3, 1, 12, tzinfo=UTC)
    moment = now + timedelta(seconds=seconds)
    words = f"The next sync is possible {ago(moment, now)}."
    assert sync_words.cooling_down(seconds_until(moment, now)).endswith(words)
    assert words in sync_words.spotify_waits(seconds_until(moment, now))


@pytest.mark.parametrize(
    ("plays", "lists_came", "words"),
    [
        (None, False, "Nothing was changed; what was stored is safe."),
        (None, True, "The plays are as they were. The top lists were refreshed."),
        (0, False, "No new play was kept. The top lists are as they were."),
        (1, False, "1 new play was kept. The top lists are as they were."),
        (50, True, "50 new plays were kept. The top lists were refreshed."),
    ],
)
def test_a_failure_says_what_was_kept(plays: int | None, lists_came: bool, words: str) -> None:
    assert sync_words.kept(plays=plays, lists_came=lists_came) == words


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (
            NeedsReconnect("the permission has ended"),
            "Please connect Spotify again: the permission has ended.",
        ),
        (AccessTokenRefused("it is not accepted"), "Please connect Spotify again: it is not accepted."),
        (RateLimited("", 90), "Spotify asks for a pause of 2 minutes before the next sync."),
        (RateLimited("", None), "Spotify asks for a pause before the next sync."),
        (NotAllowed("status 403"), "Spotify refused:"),
        (Malformed("item.track is missing"), "Spotify’s answer could not be read completely."),
        (UnreadablePlays(2), "2 plays on Spotify’s list could not be read. Each sync tries again,"),
        (Unavailable("status 502"), "Spotify could not be reached or is in trouble."),
    ],
)
def test_a_failure_says_what_to_do(error: SpotifyError, words: str) -> None:
    assert sync_words.failed(error).startswith(words)
