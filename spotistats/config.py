"""Settings: the environment and the `.env` file, read once, typed and checked."""

import os
import re
import secrets
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import SplitResult, urlsplit

from dotenv import dotenv_values

ROOT = Path(__file__).resolve().parent.parent
USUAL_PORT = 8000  # Where `make run` serves when nothing else is said.
# Those of which any text will do; the others say themselves what they must look like.
_TEXTS = (
    *("SECRET_KEY", "SECRET_KEY_FALLBACKS", "INSTANCE_FOLDER", "DATABASE_URL"),
    *("PUBLIC_URL", "SPOTIFY_ACCOUNTS_URL", "SPOTIFY_API_URL"),
)
_HOST = re.compile(r"[A-Za-z0-9._-]+|[0-9A-Fa-f:.]+")  # A name in another alphabet is written as xn--….

_DATABASE_SCHEMES = {
    "postgres": "postgresql+psycopg",
    "postgresql": "postgresql+psycopg",
    "postgresql+psycopg": "postgresql+psycopg",
    "sqlite": "sqlite",
}


class ConfigurationError(SystemExit):
    """A setting that cannot be used: one line that names it.

    It is a SystemExit so that every door (Flask's shell, gunicorn, `python -m`) ends with that line and
    exit code 1 instead of a traceback or a server that starts its workers over and over.
    """


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What the application was told; the README lists each variable."""

    secret_key: str = field(repr=False)
    secret_key_fallbacks: tuple[str, ...] = field(repr=False)
    database_url: str = field(repr=False)  # It may hold a password.
    instance_folder: Path
    spotify_client_id: str | None
    spotify_client_secret: str | None = field(repr=False)
    public_url: str | None
    spotify_accounts_url: str
    spotify_api_url: str
    sync_cooldown_seconds: int
    top_limit: int
    port: int
    demo: bool
    env_file: Path  # Where it is read from, whether it is there or not.

    @property
    def cookie_name(self) -> str:
        """The session's cookie: browsers send one to every port of a host, so each server has its own."""
        demo = "_demo" if self.demo else ""
        port = urlsplit(self.public_url).port if self.public_url else self.port
        where = "" if port in {None, USUAL_PORT} else f"_{port}"
        return f"spotistats{demo}{where}"

    @property
    def has_credentials(self) -> bool:
        return self.spotify_client_id is not None

    @property
    def public_host(self) -> str | None:
        """The `Host` that people's browsers send, or None where only this machine is served."""
        return urlsplit(self.public_url).netloc if self.public_url else None

    @property
    def is_https(self) -> bool:
        return self.public_url is not None and self.public_url.startswith("https://")


def environment() -> dict[str, str]:
    """Return the variables of the process over those of a `.env` file in the working folder."""
    try:
        from_file = {key: value or "" for key, value in dotenv_values(_env_file()).items()}
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"The file .env cannot be read ({type(error).__name__}).") from error
    return {**from_file, **os.environ}


def load(variables: Mapping[str, str]) -> Settings:
    """Return the settings that `variables` describe; an empty variable counts as absent.

    Raises ConfigurationError, which names the variable, for a value that cannot be used.
    """
    given = {name: value.strip() for name, value in variables.items() if value.strip()}
    _require_text(given)
    folder = Path(given.get("INSTANCE_FOLDER", ROOT / "instance")).absolute()
    client_id, client_secret = _credentials(given)
    return Settings(
        secret_key=given.get("SECRET_KEY") or _kept_secret_key(folder),
        secret_key_fallbacks=_words(given.get("SECRET_KEY_FALLBACKS", "")),
        database_url=_database_url(given.get("DATABASE_URL"), folder),
        instance_folder=folder,
        spotify_client_id=client_id,
        spotify_client_secret=client_secret,
        public_url=_public_url(given.get("PUBLIC_URL")),
        spotify_accounts_url=_service_url(given, "SPOTIFY_ACCOUNTS_URL", "https://accounts.spotify.com"),
        spotify_api_url=_service_url(given, "SPOTIFY_API_URL", "https://api.spotify.com/v1"),
        sync_cooldown_seconds=_whole_number(
            given, "SYNC_COOLDOWN_SECONDS", default=3600, least=0, most=604800
        ),
        top_limit=_whole_number(given, "TOP_LIMIT", default=20, least=1, most=50),
        port=_whole_number(given, "PORT", default=USUAL_PORT, least=1, most=65535),
        demo=_yes_or_no(given, "DEMO"),
        env_file=_env_file(),
    )


def _env_file() -> Path:
    return Path.cwd() / ".env"


def _require_text(given: Mapping[str, str]) -> None:
    """Refuse bytes that are no text, which the environment hands over as halves of characters, and NUL."""
    for name in _TEXTS:
        try:
            is_text = b"\0" not in given.get(name, "").encode()
        except UnicodeEncodeError:
            is_text = False
        if not is_text:
            raise ConfigurationError(f"{name} must be text in UTF-8.")


def _credentials(given: Mapping[str, str]) -> tuple[str | None, str | None]:
    client_id, client_secret = given.get("SPOTIFY_CLIENT_ID"), given.get("SPOTIFY_CLIENT_SECRET")
    if client_id and not client_secret:
        raise ConfigurationError("SPOTIFY_CLIENT_SECRET is missing: SPOTIFY_CLIENT_ID is set without it.")
    if client_secret and not client_id:
        raise ConfigurationError("SPOTIFY_CLIENT_ID is missing: SPOTIFY_CLIENT_SECRET is set without it.")
    for name, value in (("SPOTIFY_CLIENT_ID", client_id), ("SPOTIFY_CLIENT_SECRET", client_secret)):
        if value and not (value.isascii() and value.isprintable() and " " not in value):
            raise ConfigurationError(f"{name} must be copied from the Spotify developer dashboard.")
    return client_id, client_secret


def _words(text: str) -> tuple[str, ...]:
    return tuple(word.strip() for word in text.split(",") if word.strip())


def _whole_number(given: Mapping[str, str], name: str, *, default: int, least: int, most: int) -> int:
    text = given.get(name, str(default))
    if not (text.isascii() and text.isdigit() and len(text) < 10 and least <= int(text) <= most):
        raise ConfigurationError(f"{name} must be a whole number from {least} to {most}, not {text!r}.")
    return int(text)


def _yes_or_no(given: Mapping[str, str], name: str) -> bool:
    text = given.get(name, "0").lower()
    if text not in {"0", "1", "false", "true", "no", "yes"}:
        raise ConfigurationError(f"{name} must be 1 or 0, not {text!r}.")
    return text in {"1", "true", "yes"}


def _web_address(name: str, text: str) -> SplitResult:
    """Return the parts of an absolute http(s) address without trailing slashes."""
    try:
        parts = urlsplit(text.rstrip("/"))
        host, _port = parts.hostname, parts.port  # A port that is no number raises here.
    except ValueError:
        host = None
    usable = host and _HOST.fullmatch(host) and parts.scheme in {"http", "https"} and parts.username is None
    if not usable or parts.query or parts.fragment or any(character.isspace() for character in text):
        raise ConfigurationError(f"{name} must be an address like https://music.example.org, not {text!r}.")
    return parts


def _service_url(given: Mapping[str, str], name: str, default: str) -> str:
    return _web_address(name, given.get(name, default)).geturl()


def _public_url(text: str | None) -> str | None:
    if text is None:
        return None
    parts = _web_address("PUBLIC_URL", text)
    if parts.path:
        raise ConfigurationError(f"PUBLIC_URL must have no path, not {text!r}.")
    if parts.hostname == "localhost":
        raise ConfigurationError(
            "PUBLIC_URL must name 127.0.0.1 rather than localhost, which Spotify refuses."
        )
    default_port = ":443" if parts.scheme == "https" else ":80"
    return f"{parts.scheme}://{parts.netloc.lower().removesuffix(default_port)}"


def _database_url(text: str | None, folder: Path) -> str:
    if text is None:
        return f"sqlite:///{_made(folder) / 'spotistats.sqlite'}"
    scheme, separator, rest = text.partition("://")
    if not separator or scheme not in _DATABASE_SCHEMES or (scheme != "sqlite" and not rest):
        # The address may hold a password, so it is not repeated.
        raise ConfigurationError("DATABASE_URL must begin with sqlite:/// or postgresql://.")
    if scheme != "sqlite" and not _has_sensible_port(text):
        raise ConfigurationError("DATABASE_URL has a port that is no number from 1 to 65535.")
    if scheme == "sqlite" and (rest in {"", "/"} or ":memory:" in rest):
        raise ConfigurationError("DATABASE_URL must name a file: what is only in memory would be lost.")
    if scheme == "sqlite" and not rest.startswith("/"):
        raise ConfigurationError("DATABASE_URL of a file has three slashes, four before an absolute path.")
    if scheme == "sqlite":
        return f"sqlite:///{ROOT / rest[1:]}"  # An absolute path stays as it is; others start at the root.
    return f"{_DATABASE_SCHEMES[scheme]}://{rest}"


def _has_sensible_port(address: str) -> bool:
    try:
        return urlsplit(address).port != 0
    except ValueError:
        return False


def _made(folder: Path) -> Path:
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise ConfigurationError(f"INSTANCE_FOLDER {folder} cannot be made: {error.strerror}.") from error
    return folder


def _kept_secret_key(folder: Path) -> str:
    """Return the key kept in the instance folder, made on the first start.

    Two processes that start together must agree: the key is written aside and linked into place, which
    only the first of them can do, and both then read what is there.
    """
    path = _made(folder) / "secret_key"
    try:
        if not path.exists():
            aside = folder / f"secret_key.{os.getpid()}.{secrets.token_hex(4)}"
            try:
                aside.touch(mode=0o600)
                aside.write_text(secrets.token_urlsafe(48), encoding="utf-8")
                with suppress(FileExistsError):
                    os.link(aside, path)
            finally:
                aside.unlink(missing_ok=True)
        key = path.read_text(encoding="utf-8").strip()
    except UnicodeDecodeError as error:
        raise ConfigurationError(
            f"SECRET_KEY cannot be read: {path} is no text; delete it or set the variable."
        ) from error
    except OSError as error:
        raise ConfigurationError(f"SECRET_KEY cannot be kept in {path}: {error.strerror}.") from error
    if not key:
        raise ConfigurationError(f"SECRET_KEY is missing: {path} is empty; delete it or set the variable.")
    return key
