import base64
import hashlib
from datetime import UTC, datetime, timedelta

import pytest

from spotistats.simulator.clock import Clock
from spotistats.simulator.tokens import Consent, GrantError, TokenStore

START = datetime(2026, 8, 31, 12, tzinfo=UTC)
URI = "http://127.0.0.1:8000/auth/callback"
VERIFIER = "v" * 43
CHALLENGE = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).rstrip(b"=").decode()
SCOPES = frozenset({"user-top-read"})


@pytest.fixture
def clock() -> Clock:
    clock = Clock()
    clock.set(START)
    return clock


@pytest.fixture
def store(clock: Clock) -> TokenStore:
    return TokenStore(clock, "secret", lifetime=3600, rotate=False)


def code(store: TokenStore, challenge: str | None = CHALLENGE) -> str:
    return store.make_code(store.consent("alice", SCOPES), URI, challenge)


def refresh_token(store: TokenStore) -> str:
    return str(store.issue(store.consent("alice", SCOPES))["refresh_token"])


def test_a_code_gives_tokens_once(store: TokenStore) -> None:
    given = code(store)
    tokens = store.exchange(given, URI, VERIFIER)
    assert set(tokens) == {"access_token", "token_type", "expires_in", "scope", "refresh_token"}
    assert (tokens["token_type"], tokens["expires_in"], tokens["scope"]) == ("Bearer", 3600, "user-top-read")
    with pytest.raises(GrantError, match="Invalid authorization code"):
        store.exchange(given, URI, VERIFIER)


@pytest.mark.parametrize(
    ("uri", "verifier", "reason"),
    [(URI + "/", VERIFIER, "redirect URI"), (URI, "w" * 43, "code_verifier"), (URI, None, "code_verifier")],
)
def test_a_code_asks_for_the_same_address_and_the_verifier(
    store: TokenStore, uri: str, verifier: str | None, reason: str
) -> None:
    given = code(store)
    with pytest.raises(GrantError, match=reason):
        store.exchange(given, uri, verifier)
    with pytest.raises(GrantError, match="Invalid authorization code"):
        store.exchange(given, URI, VERIFIER)


def test_without_a_challenge_no_verifier_is_asked_for(store: TokenStore) -> None:
    assert "access_token" in store.exchange(code(store, None), URI, None)


def test_a_code_lives_ten_minutes(store: TokenStore, clock: Clock) -> None:
    in_time, late = code(store), code(store)
    clock.advance(timedelta(minutes=10))
    store.exchange(in_time, URI, VERIFIER)
    clock.advance(timedelta(seconds=1))
    with pytest.raises(GrantError, match="expired"):
        store.exchange(late, URI, VERIFIER)


def test_a_refresh_keeps_the_refresh_token(store: TokenStore) -> None:
    token = refresh_token(store)
    first, second = store.refresh(token), store.refresh(token)
    assert "refresh_token" not in first
    assert first["access_token"] != second["access_token"]


def test_with_rotation_the_old_refresh_token_is_spent(store: TokenStore) -> None:
    store.rotate = True
    token = refresh_token(store)
    renewed = str(store.refresh(token)["refresh_token"])
    assert renewed != token
    with pytest.raises(GrantError, match="Invalid refresh token"):
        store.refresh(token)
    assert "refresh_token" in store.refresh(renewed)


def test_unknown_refresh_tokens_are_refused(store: TokenStore) -> None:
    with pytest.raises(GrantError):
        store.refresh("nonsense")


def test_consent_ends_after_six_months_however_often_it_was_refreshed(
    store: TokenStore, clock: Clock
) -> None:
    store.rotate = True
    token = refresh_token(store)
    clock.set(datetime(2027, 2, 28, 11, 59, tzinfo=UTC))
    token = str(store.refresh(token)["refresh_token"])
    clock.set(datetime(2027, 2, 28, 12, tzinfo=UTC))
    with pytest.raises(GrantError, match="revoked"):
        store.refresh(token)


@pytest.mark.parametrize(
    ("given", "ends"),
    [
        (datetime(2026, 1, 15, tzinfo=UTC), datetime(2026, 7, 15, tzinfo=UTC)),
        (datetime(2026, 12, 31, tzinfo=UTC), datetime(2027, 6, 30, tzinfo=UTC)),
        (datetime(2027, 8, 30, tzinfo=UTC), datetime(2028, 2, 29, tzinfo=UTC)),
    ],
)
def test_six_months_end_on_a_day_that_exists(given: datetime, ends: datetime) -> None:
    assert Consent("alice", SCOPES, given).ends_at == ends


def test_access_tokens_run_out(store: TokenStore, clock: Clock) -> None:
    store.lifetime = 2
    found = store.find(str(store.issue(store.consent("alice", SCOPES))["access_token"]))
    assert found is not None
    assert not store.expired(found)
    clock.advance(timedelta(seconds=2))
    assert store.expired(found)


def test_all_can_be_made_to_run_out(store: TokenStore) -> None:
    token = str(store.issue(store.consent("alice", SCOPES))["access_token"])
    store.expire_all()
    found = store.find(token)
    assert found is not None
    assert store.expired(found)


def test_revoking_ends_everything_of_one_listener_only(store: TokenStore) -> None:
    tokens, others = (store.issue(store.consent(name, SCOPES)) for name in ("alice", "bob"))
    store.revoke("alice")
    assert store.find(str(tokens["access_token"])) is None
    with pytest.raises(GrantError, match="revoked"):
        store.refresh(str(tokens["refresh_token"]))
    assert store.find(str(others["access_token"])) is not None
    assert "access_token" in store.refresh(str(others["refresh_token"]))
    assert store.find(str(store.issue(store.consent("alice", SCOPES))["access_token"])) is not None


def test_tokens_are_long_and_never_the_same(store: TokenStore) -> None:
    tokens = {str(store.issue(store.consent("alice", SCOPES))["access_token"]) for _ in range(50)}
    assert len(tokens) == 50
    assert min(map(len, tokens)) > 100


def test_a_refresh_token_outlives_the_simulator(store: TokenStore, clock: Clock) -> None:
    token = refresh_token(store)
    later = TokenStore(clock, "secret", lifetime=3600, rotate=True)
    later.refresh(token)
    with pytest.raises(GrantError, match="Invalid refresh token"):
        later.refresh(token)
    with pytest.raises(GrantError, match="Invalid refresh token"):
        TokenStore(clock, "another secret", lifetime=3600, rotate=False).refresh(token)
    clock.advance(timedelta(days=190))
    with pytest.raises(GrantError, match="revoked"):
        TokenStore(clock, "secret", lifetime=3600, rotate=False).refresh(token)
