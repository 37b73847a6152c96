"""What can go wrong between Spotify and us, in our words."""


class SpotifyError(Exception):
    """Spotify could not give what was asked for."""


class RateLimited(SpotifyError):
    """Spotify wants no calls for `retry_after` seconds; None where it did not say how long."""

    def __init__(self, message: str, retry_after: int | None) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class NeedsReconnect(SpotifyError):
    """The listener has to sign in with Spotify again: the permission ended, was revoked or is too narrow."""


class AccessTokenRefused(NeedsReconnect):
    """The access token has expired or is unknown; a refreshed one may be taken."""


class CodeRefused(SpotifyError):
    """The code of a sign-in is too old, was used before, or belongs to another attempt."""


class ApplicationRefused(SpotifyError):
    """Spotify does not know this application's id and secret."""


class NotAllowed(SpotifyError):
    """Spotify refuses this application or this listener; asking again does not help."""


class NotConfigured(SpotifyError):
    """This server has no Spotify application, so nobody can be asked."""


class Unavailable(SpotifyError):
    """Spotify cannot be reached, is in trouble, or answered what cannot be read."""


class Malformed(Unavailable):
    """Spotify's answer lacks a field that is needed, or holds another kind of value there."""


class UnreadablePlays(Malformed):
    """Some of the recent plays lack what is needed; the others were read."""

    def __init__(self, count: int) -> None:
        super().__init__(f"unreadable plays: {count}")
        self.count = count
