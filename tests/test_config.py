"""Settings: what they mean, and the one line that names a bad one."""

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from spotistats import config
from spotistats.config import ConfigurationError, Settings, load
from tests.support.disks import full_disk
from tests.support.programs import environment, flask
from tests.support.settings import SECRET_KEY


@pytest.fixture
def given(tmp_path: Path) -> dict[str, str]:
    return {"INSTANCE_FOLDER": str(tmp_path / "instance"), "SECRET_KEY": SECRET_KEY}


def complaint(variables: dict[str, str]) -> str:
    with pytest.raises(ConfigurationError) as caught:
        load(variables)
    assert isinstance(caught.value, SystemExit)
    text = str(caught.value.code)
    assert "\n" not in text
    return text


def test_with_nothing_set(given: dict[str, str], tmp_path: Path) -> None:
    settings = load(given)
    assert settings.database_url == f"sqlite:///{tmp_path}/instance/spotistats.sqlite"
    assert (settings.spotify_accounts_url, settings.spotify_api_url) == (
        "https://accounts.spotify.com",
        "https://api.spotify.com/v1",
    )
    assert (settings.sync_cooldown_seconds, settings.top_limit, settings.port) == (3600, 20, 8000)
    assert not settings.has_credentials
    assert not settings.is_https
    assert not settings.demo
    assert settings.public_host is None
    assert (
        load({**given, **dict.fromkeys(("TOP_LIMIT", "PUBLIC_URL", "DATABASE_URL", "PORT"), " ")}) == settings
    )


@pytest.mark.parametrize(
    ("changes", "name"),
    [
        ({}, "spotistats"),
        ({"DEMO": "1"}, "spotistats_demo"),
        ({"PORT": "8010"}, "spotistats_8010"),
        ({"DEMO": "1", "PORT": "8010"}, "spotistats_demo_8010"),
        ({"PUBLIC_URL": "https://music.example.org", "PORT": "8010"}, "spotistats"),
        ({"PUBLIC_URL": "http://127.0.0.1:8000", "PORT": "8010"}, "spotistats"),
        ({"PUBLIC_URL": "http://127.0.0.1:8020", "PORT": "8010"}, "spotistats_8020"),
    ],
)
def test_servers_on_one_host_have_cookies_of_their_own(
    given: dict[str, str], changes: dict[str, str], name: str
) -> None:
    assert load({**given, **changes}).cookie_name == name


GOOD = [
    ("SYNC_COOLDOWN_SECONDS", "0", "sync_cooldown_seconds", 0),
    ("SYNC_COOLDOWN_SECONDS", " 60 ", "sync_cooldown_seconds", 60),
    ("TOP_LIMIT", "50", "top_limit", 50),
    ("TOP_LIMIT", "1", "top_limit", 1),
    ("PORT", "65535", "port", 65535),
    ("DEMO", "yes", "demo", True),
    ("DEMO", "0", "demo", False),
    ("SECRET_KEY_FALLBACKS", "one, two,,", "secret_key_fallbacks", ("one", "two")),
    ("SPOTIFY_API_URL", "http://127.0.0.1:8001/v1///", "spotify_api_url", "http://127.0.0.1:8001/v1"),
    ("SPOTIFY_ACCOUNTS_URL", "http://[::1]:8001/", "spotify_accounts_url", "http://[::1]:8001"),
    ("PUBLIC_URL", "https://Music.Example.org/", "public_url", "https://music.example.org"),
    ("PUBLIC_URL", "https://music.example.org:443", "public_url", "https://music.example.org"),
    ("PUBLIC_URL", "http://music.example.org:80", "public_url", "http://music.example.org"),
    ("PUBLIC_URL", "https://music.example.org:8443", "public_host", "music.example.org:8443"),
    ("PUBLIC_URL", "https://xn--msik-0ra.example", "is_https", True),
    ("PUBLIC_URL", "http://127.0.0.1:8000", "is_https", False),
    ("DATABASE_URL", "postgres://u:p@h:5/d?x=1", "database_url", "postgresql+psycopg://u:p@h:5/d?x=1"),
    ("DATABASE_URL", "postgresql://h/d", "database_url", "postgresql+psycopg://h/d"),
    ("DATABASE_URL", "postgresql:///d", "database_url", "postgresql+psycopg:///d"),
    ("DATABASE_URL", "postgresql+psycopg://h/d", "database_url", "postgresql+psycopg://h/d"),
    ("DATABASE_URL", "sqlite:////srv/x.sqlite", "database_url", "sqlite:////srv/x.sqlite"),
    ("DATABASE_URL", "sqlite:///x.sqlite", "database_url", f"sqlite:///{config.ROOT}/x.sqlite"),
]


@pytest.mark.parametrize(("name", "value", "field", "meaning"), GOOD)
def test_what_a_setting_means(
    given: dict[str, str], name: str, value: str, field: str, meaning: object
) -> None:
    assert getattr(load({**given, name: value}), field) == meaning


BAD = [
    *(("SYNC_COOLDOWN_SECONDS", value) for value in ("-1", "1.5", "1h", "604801", "９", "1_000", "9" * 5000)),
    *(("TOP_LIMIT", value) for value in ("0", "51", "-5", "many", "²")),
    *(("PORT", value) for value in ("0", "65536", "http")),
    *(("DEMO", value) for value in ("maybe", "2")),
    *(
        (name, value)
        for name in ("PUBLIC_URL", "SPOTIFY_ACCOUNTS_URL", "SPOTIFY_API_URL")
        for value in (
            "music.example.org",
            "ftp://music.example.org",
            "https://",
            "https:///x",
            "https://user:password@music.example.org",
            "https://music.example.org:port",
            "https://music.example.org:99999",
            "https://music.example.org?x=1",
            "https://music.example.org#x",
            "https://mu sic.example.org",
            "https://music.example.org; script-src *",
            "https://müsic.example.org",
            "https://[::1",
            "https://a;b",
            "javascript:alert(1)",
        )
    ),
    ("PUBLIC_URL", "https://music.example.org/path"),
    ("PUBLIC_URL", "http://localhost:8000"),
    *(
        ("DATABASE_URL", value)
        for value in (
            "mysql://h/d",
            "/srv/x.sqlite",
            "x.sqlite",
            "sqlite:x",
            "sqlite://",
            "sqlite:///",
            "sqlite:///:memory:",
            "sqlite://x.sqlite",
            "postgresql://",
            "postgresql+psycopg2://h/d",
            "postgresql://user:hunter2@h:port/d",
            "postgresql://user:hunter2@h:99999/d",
            "://",
        )
    ),
]


@pytest.mark.parametrize(("name", "value"), BAD)
def test_a_bad_setting_is_named(given: dict[str, str], name: str, value: str) -> None:
    text = complaint({**given, name: value})
    assert text.startswith(name), text
    assert "hunter2" not in text, "a password does not belong on the screen"


@pytest.mark.parametrize("value", [os.fsdecode(b"/srv/\xff\xfe"), "/srv/\0"])
@pytest.mark.parametrize("name", ["INSTANCE_FOLDER", "SECRET_KEY", "SECRET_KEY_FALLBACKS", "DATABASE_URL"])
def test_bytes_that_are_no_text_are_named(given: dict[str, str], name: str, value: str) -> None:
    value = f"sqlite:///{value}" if name == "DATABASE_URL" else value
    assert complaint({**given, name: value}) == f"{name} must be text in UTF-8."


def test_one_credential_without_the_other(given: dict[str, str]) -> None:
    text = complaint({**given, "SPOTIFY_CLIENT_ID": "id"})
    assert text.startswith("SPOTIFY_CLIENT_SECRET is missing")
    text = complaint({**given, "SPOTIFY_CLIENT_SECRET": "hunter2", "SPOTIFY_CLIENT_ID": " "})
    assert text.startswith("SPOTIFY_CLIENT_ID is missing")
    assert "hunter2" not in text
    settings = load({**given, "SPOTIFY_CLIENT_SECRET": "hunter2", "SPOTIFY_CLIENT_ID": "id"})
    assert settings.has_credentials
    assert "hunter2" not in repr(settings)
    assert SECRET_KEY not in repr(settings)


def test_an_instance_folder_that_cannot_be_made(given: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    text = complaint({"INSTANCE_FOLDER": str(tmp_path / "file" / "instance")})
    assert "INSTANCE_FOLDER" in text


def test_the_secret_key_is_made_once_and_kept_for_the_owner_alone(tmp_path: Path) -> None:
    variables = {"INSTANCE_FOLDER": str(tmp_path / "instance")}
    keys = {load(variables).secret_key for _ in range(3)}
    assert len(keys) == 1
    assert len(keys.pop()) >= 32
    folder = tmp_path / "instance"
    assert [path.name for path in folder.iterdir()] == ["secret_key"]
    assert stat.S_IMODE((folder / "secret_key").stat().st_mode) == 0o600
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    (folder / "secret_key").write_bytes(b"\xff\xfe")
    assert "SECRET_KEY cannot be read" in complaint(variables)
    (folder / "secret_key").write_text("\n")
    assert "SECRET_KEY is missing" in complaint(variables)
    assert load({**variables, "SECRET_KEY": "own"}).secret_key == "own"


def test_a_full_disk_leaves_no_piece_of_a_secret_key(tmp_path: Path) -> None:
    variables = {"INSTANCE_FOLDER": str(tmp_path)}
    with full_disk():
        text = complaint(variables)
    assert text.startswith(f"SECRET_KEY cannot be kept in {tmp_path / 'secret_key'}: ")
    assert list(tmp_path.iterdir()) == []
    assert load(variables).secret_key


def test_processes_that_start_together_agree_on_the_secret_key(tmp_path: Path) -> None:
    program = "from spotistats.config import load, environment; print(load(environment()).secret_key)"
    variables = environment({"INSTANCE_FOLDER": str(tmp_path / "instance")})
    processes = [
        subprocess.Popen([sys.executable, "-c", program], env=variables, stdout=subprocess.PIPE, cwd=tmp_path)
        for _ in range(3)
    ]
    keys = {process.communicate()[0] for process in processes}
    assert [process.returncode for process in processes] == [0] * 3
    assert len(keys) == 1
    assert [path.name for path in (tmp_path / "instance").iterdir()] == ["secret_key"]


def test_the_environment_wins_over_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".env").write_text(
        "# A comment\nTOP_LIMIT=7\nexport PORT='8123'\nSYNC_COOLDOWN_SECONDS=5\nEMPTY\n", encoding="utf-8"
    )
    monkeypatch.setenv("SYNC_COOLDOWN_SECONDS", "9")
    for name in ("TOP_LIMIT", "PORT"):
        monkeypatch.delenv(name, raising=False)
    settings: Settings = load({**config.environment(), "SECRET_KEY": "x", "INSTANCE_FOLDER": str(tmp_path)})
    assert (settings.top_limit, settings.port, settings.sync_cooldown_seconds) == (7, 8123, 9)
    assert "TOP_LIMIT" not in os.environ


def test_a_file_that_is_no_text_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".env").write_bytes(b"TOP_LIMIT=\xff\xfe")
    with pytest.raises(ConfigurationError, match=r"\.env cannot be read"):
        config.environment()


@pytest.mark.parametrize(
    ("name", "value"), [("TOP_LIMIT", "many"), ("PUBLIC_URL", "nonsense"), ("SPOTIFY_CLIENT_ID", "alone")]
)
def test_the_shell_ends_with_the_one_line(
    given: dict[str, str], tmp_path: Path, name: str, value: str
) -> None:
    (tmp_path / ".env").write_text(f"{name}={value}\n")
    ended = flask("users", variables=given, cwd=tmp_path)
    assert ended.status == 1
    assert ended.said == ""
    expected = "SPOTIFY_CLIENT_SECRET is missing" if name == "SPOTIFY_CLIENT_ID" else name
    assert ended.one_line().startswith(expected)
