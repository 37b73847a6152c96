"""The pages that people see, by the state in which they are worth a look."""

from datetime import UTC, datetime, timedelta

# A day that is over, whose plays every listener of these tests who has some can have.
YESTERDAY = datetime.now(UTC).date() - timedelta(days=1)

SIGNED_OUT = {
    "login": "/login",
    "setup": "/setup",
    "signed-out-error": "/auth/callback?code=forged&state=forged",
}
SIGNED_IN = {
    "dashboard": "/dashboard",
    "history": "/history",
    "history-30": "/history?days=30",
    "day": f"/history/{YESTERDAY:%Y-%m-%d}",
    "day-unknown": "/history/2019-03-01",
    "top-artists": "/top/artists",
    "top-tracks": "/top/tracks?range=long_term",
    "settings": "/settings",
    "my-data": "/my-data",
    "plays": "/my-data/plays",
    "days": "/my-data/days",
    "top-artist-rows": "/my-data/top-artists",
    "top-track-rows": "/my-data/top-tracks",
    "syncs": "/my-data/syncs",
    "not-found": "/nothing/here",
}
