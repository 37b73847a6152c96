import base64
import hashlib
import re
from datetime import timedelta
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
import requests

from spotistats.simulator import Simulator

URI = "http://127.0.0.1:8000/auth/callback"
VERIFIER = "verifier-" * 6
CHALLENGE = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).rstrip(b"=").decode()
QUERY = {
    "client_id": "simulator-client",
    "response_type": "code",
    "redirect_uri": URI,
    "scope": "user-read-recently-played user-top-read",
    "state": "a state&more",
    "code_challenge": CHALLENGE,
    "code_challenge_method": "S256",
}
SECRET = ("simulator-client", "simulator-secret")


def show(simulator: Simulator, http: requests.Session, **changes: str) -> requests.Response:
    return http.get(
        f"{simulator.accounts_url}/authorize", params=QUERY | changes, allow_redirects=False, timeout=5
    )


def decide(simulator: Simulator, http: requests.Session, **form: str) -> dict[str, str]:
    """Press a button of the page; returns what the application is told."""
    answer = http.post(
        f"{simulator.accounts_url}/authorize", data=QUERY | form, allow_redirects=False, timeout=5
    )
    assert answer.status_code == 303
    location = answer.headers["Location"]
    assert location.startswith(f"{URI}?")
    return {name: values[0] for name, values in parse_qs(urlsplit(location).query).items()}


def exchange(simulator: Simulator, http: requests.Session, given: str, **changes: str) -> requests.Response:
    form = {
        "grant_type": "authorization_code",
        "code": given,
        "redirect_uri": URI,
        "code_verifier": VERIFIER,
    }
    return http.post(f"{simulator.accounts_url}/api/token", data=form | changes, auth=SECRET, timeout=5)


def test_the_page_shows_scopes_listeners_and_two_buttons(
    simulator: Simulator, http: requests.Session
) -> None:
    simulator.add_listener("alice", "acc-alice", "<b>Alice</b>")
    page = show(simulator, http)
    assert page.status_code == 200
    for text in ("Simulator", "Mara Lindqvist", "Jonas Brandt", "user-read-recently-played", "top artists"):
        assert text in page.text
    assert "&lt;b&gt;Alice" in page.text
    assert re.findall(r'name="decision" value="(\w+)"', page.text) == ["agree", "cancel"]
    assert re.findall(r'name="listener" value="([\w-]+)"( checked)?', page.text) == [
        ("demo", " checked"),
        ("demo-jonas", ""),
        ("alice", ""),
    ]


def test_the_page_names_the_application_or_else_its_address(http: requests.Session) -> None:
    for name, shown in (
        ("Music & More", "Let <em>Music &amp; More</em> read"),
        (None, "<em>127.0.0.1:8000</em>"),
    ):
        with Simulator(application=name) as simulator:
            assert shown in show(simulator, http).text


def test_the_page_lets_the_form_go_back_to_the_application(
    simulator: Simulator, http: requests.Session
) -> None:
    page = show(simulator, http)
    policy = page.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "form-action" not in policy
    assert "unsafe" not in policy
    assert "<script" not in page.text
    assert "style=" not in page.text


def test_the_page_loads_nothing_from_elsewhere(simulator: Simulator, http: requests.Session) -> None:
    page = show(simulator, http)
    links = re.findall(r'(?:src|href|action)="([^"]+)"', page.text)
    assert len(links) >= 5
    assert all(link.startswith("/") for link in links)
    for link in links:
        if link != "/authorize":
            assert http.get(simulator.origin + link, timeout=5).status_code == 200


def test_the_form_carries_the_request_on(simulator: Simulator, http: requests.Session) -> None:
    page = show(simulator, http, state='"><script>')
    hidden = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', page.text))
    assert set(hidden) == set(QUERY)
    assert hidden["code_challenge"] == CHALLENGE
    assert "<script" not in page.text


def test_agreeing_signs_in(simulator: Simulator, http: requests.Session) -> None:
    told = decide(simulator, http, decision="agree", listener="demo-jonas")
    assert set(told) == {"code", "state"}
    assert told["state"] == "a state&more"
    answer = exchange(simulator, http, told["code"])
    assert answer.status_code == 200
    tokens = answer.json()
    assert tokens["expires_in"] == 3600
    assert tokens["scope"] == "user-read-recently-played user-top-read"
    headers = {"Authorization": f"Bearer {tokens['access_token']}"}
    assert http.get(f"{simulator.api_url}/me", headers=headers, timeout=5).json()["id"] == "demo-jonas"


def test_cancelling_gives_no_code(simulator: Simulator, http: requests.Session) -> None:
    assert decide(simulator, http, decision="cancel") == {"error": "access_denied", "state": "a state&more"}
    assert decide(simulator, http)["error"] == "access_denied"


def test_a_redirect_uri_keeps_its_own_query(simulator: Simulator) -> None:
    url = f"{simulator.accounts_url}/authorize?" + urlencode(QUERY | {"redirect_uri": f"{URI}?a=1"})
    assert simulator.decide(url, "demo").startswith(f"{URI}?a=1&code=")
    assert simulator.decide(url, "demo", agree=False).startswith(f"{URI}?a=1&error=access_denied")


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"client_id": "other"}, "INVALID_CLIENT: Invalid client"),
        ({"response_type": "token"}, "response_type must be code"),
        ({"redirect_uri": "http://localhost:8000/cb"}, "INVALID_CLIENT: Insecure redirect URI"),
        ({"redirect_uri": "http://music.example.org/cb"}, "INVALID_CLIENT: Insecure redirect URI"),
        ({"redirect_uri": "http://127.0.0.1.example.org/cb"}, "INVALID_CLIENT: Insecure redirect URI"),
        ({"redirect_uri": "javascript:alert(1)"}, "INVALID_CLIENT: Invalid redirect URI"),
        ({"redirect_uri": "http://[::1/cb"}, "INVALID_CLIENT: Invalid redirect URI"),
        ({"redirect_uri": "https://music.example.org/cb#x"}, "INVALID_CLIENT: Invalid redirect URI"),
        ({"redirect_uri": ""}, "INVALID_CLIENT: Invalid redirect URI"),
        ({"code_challenge_method": "plain"}, "code_challenge_method must be S256"),
    ],
)
def test_what_spotify_refuses_is_refused(
    simulator: Simulator, http: requests.Session, changes: dict[str, str], message: str
) -> None:
    page = show(simulator, http, **changes)
    assert page.status_code == 400
    assert message in page.text
    form = QUERY | changes | {"decision": "agree"}
    posted = http.post(f"{simulator.accounts_url}/authorize", data=form, allow_redirects=False, timeout=5)
    assert posted.status_code == 400


@pytest.mark.parametrize(
    "uri", ["https://music.example.org/auth/callback", "http://[::1]:8000/auth/callback"]
)
def test_https_and_loopback_addresses_pass(simulator: Simulator, http: requests.Session, uri: str) -> None:
    assert show(simulator, http, redirect_uri=uri).status_code == 200


def test_configured_redirect_uris_must_match_exactly(http: requests.Session) -> None:
    with Simulator(redirect_uris=[URI]) as simulator:
        assert show(simulator, http).status_code == 200
        assert show(simulator, http, redirect_uri=f"{URI}/").status_code == 400


def test_an_unknown_listener_is_refused(simulator: Simulator, http: requests.Session) -> None:
    form = QUERY | {"decision": "agree", "listener": "nobody"}
    answer = http.post(f"{simulator.accounts_url}/authorize", data=form, allow_redirects=False, timeout=5)
    assert answer.status_code == 400


def test_auto_agree_goes_straight_on(simulator: Simulator, http: requests.Session) -> None:
    simulator.auto_agree = "demo"
    for _ in range(2):
        answer = show(simulator, http)
        assert answer.status_code == 303
        assert "code=" in answer.headers["Location"]
    simulator.auto_agree = None
    assert show(simulator, http).status_code == 200


def test_a_decision_in_advance_holds_once(simulator: Simulator, http: requests.Session) -> None:
    simulator.next_authorize_choice("demo", agree=False)
    assert "error=access_denied" in show(simulator, http).headers["Location"]
    assert show(simulator, http).status_code == 200


@pytest.mark.parametrize("secret", [("simulator-client", "wrong"), ("other", "simulator-secret"), None])
def test_the_client_must_prove_itself(
    simulator: Simulator, http: requests.Session, secret: tuple[str, str] | None
) -> None:
    form = {"grant_type": "refresh_token", "refresh_token": simulator.grant("demo")["refresh_token"]}
    answer = http.post(f"{simulator.accounts_url}/api/token", data=form, auth=secret, timeout=5)
    assert answer.status_code == 401
    assert answer.json()["error"] == "invalid_client"
    assert answer.json()["error_description"]


@pytest.mark.parametrize("header", ["Basic", "Basic %%%", "Basic /w==", "Bearer x"])
def test_a_malformed_authorization_is_no_proof(
    simulator: Simulator, http: requests.Session, header: str
) -> None:
    headers = {"Authorization": header}
    answer = http.post(f"{simulator.accounts_url}/api/token", headers=headers, timeout=5)
    assert answer.status_code == 401


def test_the_secret_may_be_in_the_body(simulator: Simulator, http: requests.Session) -> None:
    form = {
        "grant_type": "refresh_token",
        "refresh_token": simulator.grant("demo")["refresh_token"],
        "client_id": SECRET[0],
        "client_secret": SECRET[1],
    }
    answer = http.post(f"{simulator.accounts_url}/api/token", data=form, timeout=5)
    assert answer.status_code == 200
    assert "refresh_token" not in answer.json()


@pytest.mark.parametrize(
    "changes", [{"code_verifier": "wrong"}, {"redirect_uri": f"{URI}/"}, {"code": "unknown"}]
)
def test_a_wrong_exchange_is_an_invalid_grant(
    simulator: Simulator, http: requests.Session, changes: dict[str, str]
) -> None:
    code = decide(simulator, http, decision="agree")["code"]
    answer = exchange(simulator, http, code, **changes)
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_grant")


def test_a_code_can_not_be_replayed(simulator: Simulator, http: requests.Session) -> None:
    code = decide(simulator, http, decision="agree")["code"]
    assert exchange(simulator, http, code).status_code == 200
    assert exchange(simulator, http, code).json()["error"] == "invalid_grant"


def test_an_unknown_grant_type(simulator: Simulator, http: requests.Session) -> None:
    answer = exchange(simulator, http, "", grant_type="password")
    assert (answer.status_code, answer.json()["error"]) == (400, "unsupported_grant_type")


def test_the_consent_dies_after_six_months(simulator: Simulator, http: requests.Session) -> None:
    token = str(simulator.grant("demo")["refresh_token"])
    form = {"grant_type": "refresh_token", "refresh_token": token}
    simulator.clock.advance(timedelta(days=170))
    url = f"{simulator.accounts_url}/api/token"
    assert http.post(url, data=form, auth=SECRET, timeout=5).status_code == 200
    simulator.clock.advance(timedelta(days=20))
    answer = http.post(url, data=form, auth=SECRET, timeout=5)
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_grant")
