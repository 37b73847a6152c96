"""Spotify's Web API for one listener: one method an endpoint."""

from dataclasses import dataclass, field

from spotistats.plays import Profile, RecentlyPlayed, TimeRange, TopArtist, TopTrack
from spotistats.spotify import http, payloads

RECENT_LIMIT = 50


@dataclass(frozen=True, slots=True)
class SpotifyClient:
    """Asks with one access token until `deadline`, a moment of `time.monotonic()`.

    Every method raises a SpotifyError when Spotify does not give what was asked for.
    """

    api_url: str
    access_token: str = field(repr=False)
    deadline: float

    def me(self) -> Profile:
        return payloads.profile(self._get("/me"))

    def recently_played(self) -> RecentlyPlayed:
        """Return the last plays, 50 at most: Spotify remembers no more."""
        answer = self._get("/me/player/recently-played", limit=RECENT_LIMIT)
        return payloads.recently_played(answer, limit=RECENT_LIMIT)

    def top_artists(self, time_range: TimeRange, limit: int) -> tuple[TopArtist, ...]:
        answer = self._get("/me/top/artists", time_range=time_range, limit=limit)
        return payloads.top_artists(answer, limit=limit)

    def top_tracks(self, time_range: TimeRange, limit: int) -> tuple[TopTrack, ...]:
        answer = self._get("/me/top/tracks", time_range=time_range, limit=limit)
        return payloads.top_tracks(answer, limit=limit)

    def _get(self, path: str, **params: str | int) -> http.JSON:
        return http.get(self.api_url + path, token=self.access_token, params=params, deadline=self.deadline)
