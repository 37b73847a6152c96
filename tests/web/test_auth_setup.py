"""How to make a Spotify application, and where to put what it gives."""

from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask

from tests.support.kinds import ON_SQLITE
from tests.support.listeners import ORIGIN
from tests.support.pages import checked

pytestmark = ON_SQLITE

UNSET = {"SPOTIFY_CLIENT_ID": "", "SPOTIFY_CLIENT_SECRET": ""}


@pytest.mark.parametrize("path", ["/setup", "/login"])
def test_at_this_machine_the_file_is_named_in_full(
    make_app: Callable[..., Flask], path: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    page = make_app(**UNSET).test_client().get(path, base_url=ORIGIN).text
    checked(page, path)
    assert f"{tmp_path}/.env</code>" in page


@pytest.mark.parametrize("path", ["/setup", "/login"])
def test_others_are_not_told_where_it_lies(
    make_app: Callable[..., Flask], path: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    client = make_app(PUBLIC_URL="https://music.example.org", **UNSET).test_client()
    page = client.get(path, base_url="https://music.example.org").text
    checked(page, path)
    assert str(tmp_path) not in page
    assert "in the folder with Spotistats’ Makefile" in page


def test_a_server_that_is_set_up_says_so(make_app: Callable[..., Flask]) -> None:
    page = make_app(PORT="8010").test_client().get("/setup", base_url="http://127.0.0.1:8010").text
    checked(page, "/setup")
    assert "This server has its Spotify application already" in page
    assert "http://127.0.0.1:8010/auth/callback</code>" in page
    assert "needs a Spotify application" not in page
    assert "make run" not in page, "it may be served in another way"
    demo = make_app(DEMO="1").test_client().get("/setup", base_url=ORIGIN).text
    assert "This server needs a Spotify application of its own" in demo


@pytest.mark.parametrize(
    ("origin", "command"),
    [(ORIGIN, "make run"), ("http://127.0.0.1:8010", "PORT=8010 make run"), ("http://127.0.0.1", "make run")],
)
def test_the_command_serves_where_the_pasted_address_leads(
    make_app: Callable[..., Flask], origin: str, command: str
) -> None:
    page = make_app(**UNSET).test_client().get("/setup", base_url=origin).text
    assert f"{origin}/auth/callback</code>" in page
    assert f"start it again with <code>{command}</code>" in page
