"""The way out to Spotify's authorize page and back, and what each refusal means."""

from dataclasses import replace
from urllib.parse import parse_qs, urlsplit

import pytest
from flask import Flask

from spotistats import clock
from spotistats.services import accounts, connections, sign_in
from spotistats.services.accounts import Admission
from spotistats.services.sign_in import Attempt
from spotistats.simulator import Simulator
from spotistats.spotify.errors import NotConfigured
from tests.services.tables import connection_of

BACK = "http://127.0.0.1:8000/auth/callback"

pytestmark = pytest.mark.usefixtures("in_app")


def agreed(simulator: Simulator) -> tuple[Attempt, str]:
    """Begin a sign-in and let Alice agree to it; return the attempt and the code."""
    attempt = sign_in.start(BACK)
    back = parse_qs(urlsplit(simulator.decide(attempt.address, "alice")).query)
    assert back["state"] == [attempt.state]
    return attempt, back["code"][0]


def finish(attempt: Attempt, code: str, *, redirect_uri: str = BACK) -> Admission:
    return sign_in.finish(
        code,
        code_verifier=attempt.code_verifier,
        redirect_uri=redirect_uri,
        timezone="Europe/Berlin",
        now=clock.now(),
    )


def test_who_comes_back_with_a_code_is_signed_in_and_connected(simulator: Simulator) -> None:
    admission = finish(*agreed(simulator))
    listener = accounts.signed_in(admission.user_id, admission.token, now=clock.now())
    assert listener is not None
    assert (listener.spotify_id, listener.timezone) == ("alice", "Europe/Berlin")
    assert connection_of(admission.user_id).needs_reconnect_since is None


def test_each_attempt_has_its_own_secrets(simulator: Simulator) -> None:
    first, second = sign_in.start(BACK), sign_in.start(BACK)
    assert first.state != second.state
    assert first.code_verifier != second.code_verifier
    assert first.code_verifier not in first.address + repr(first)


def test_a_code_is_good_once_and_only_for_who_began(simulator: Simulator) -> None:
    attempt, code = agreed(simulator)
    with pytest.raises(sign_in.NotTaken):
        finish(replace(attempt, code_verifier=sign_in.start(BACK).code_verifier), code)
    attempt, code = agreed(simulator)
    with pytest.raises(sign_in.NotTaken):
        finish(attempt, code, redirect_uri="http://127.0.0.1:8000/elsewhere")
    attempt, code = agreed(simulator)
    finish(attempt, code)
    with pytest.raises(sign_in.NotTaken):
        finish(attempt, code)


def test_what_a_refusal_means(simulator: Simulator, make_app: object) -> None:
    simulator.block("alice")
    with pytest.raises(sign_in.NotAdmitted):
        finish(*agreed(simulator))
    with (
        make_app(SPOTIFY_CLIENT_SECRET="wrong").app_context(),  # type: ignore[operator]
        pytest.raises(sign_in.UnknownServer),
    ):
        finish(*agreed(simulator))
    simulator.faults.add("/api/token", "rate_limit", retry_after=90)
    with pytest.raises(sign_in.SpotifyInTrouble) as caught:
        finish(*agreed(simulator))
    assert caught.value.retry_after == 90
    assert 80 < connections.wait_seconds(clock.now()) <= 90


def test_without_an_application_there_is_no_way_to_spotify(in_app: Flask, make_app: object) -> None:
    assert sign_in.is_possible()
    with make_app(SPOTIFY_CLIENT_ID="", SPOTIFY_CLIENT_SECRET="").app_context():  # type: ignore[operator]
        assert not sign_in.is_possible()
        with pytest.raises(NotConfigured):
            sign_in.start(BACK)
