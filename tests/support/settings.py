"""Settings of the application under test; what the environment of the developer says does not count."""

SECRET_KEY = "a secret key for the tests, longer than thirty-two bytes"

# A database that nobody can reach: what works with it needs none.
NO_DATABASE = "postgresql://127.0.0.1:9/nothing"

_QUIET = {
    "SECRET_KEY": SECRET_KEY,
    "SECRET_KEY_FALLBACKS": "",
    "SPOTIFY_CLIENT_ID": "simulator-client",
    "SPOTIFY_CLIENT_SECRET": "simulator-secret",
    "PUBLIC_URL": "",
    # A closed port: a test that asks Spotify without a simulator fails at once.
    "SPOTIFY_ACCOUNTS_URL": "http://127.0.0.1:9",
    "SPOTIFY_API_URL": "http://127.0.0.1:9/v1",
    "SYNC_COOLDOWN_SECONDS": "3600",
    "TOP_LIMIT": "20",
    "PORT": "",
    "DEMO": "",
    "INSTANCE_FOLDER": "",
}


def app_settings(database_url: str, **changes: str) -> dict[str, str]:
    """Return the whole environment of an application that uses that database."""
    return {**_QUIET, "DATABASE_URL": database_url, **changes}
