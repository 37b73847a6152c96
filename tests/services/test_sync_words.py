"""How a sync ended, in words."""

import pytest

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


def test_a_success_tells_what_came() -> None:
    assert sync_words.succeeded(plays=1, days=1, artists=60, tracks=1) == (
        "Synced 1 day of listening data: 1 new play. 60 top artists and 1 top track refreshed."
    )
    assert sync_words.succeeded(plays=0, days=0, artists=0, tracks=0) == (
        "Nothing new was played since the last sync. 0 top artists and 0 top tracks refreshed."
    )


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
