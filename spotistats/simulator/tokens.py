"""Codes, access tokens and refresh tokens, and the consent behind them.

A refresh token carries its consent, signed with the application's secret, so that who signed in to the demo
yesterday can sync today, after the simulator was started again.
"""

import base64
import hashlib
import hmac
import secrets
from calendar import monthrange
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import RLock

from itsdangerous import BadSignature, URLSafeSerializer

from .clock import Clock

CODE_LIFETIME = timedelta(minutes=10)
CONSENT_MONTHS = 6


class GrantError(Exception):
    """A code or refresh token is not accepted; the text says why. Answered with `invalid_grant`."""


@dataclass
class Consent:
    """A listener's agreement. Refresh tokens die six months after it, whatever happens in between."""

    listener_id: str
    scopes: frozenset[str]
    given_at: datetime
    revoked: bool = False

    @property
    def ends_at(self) -> datetime:
        months = self.given_at.month - 1 + CONSENT_MONTHS
        year, month = self.given_at.year + months // 12, months % 12 + 1
        return self.given_at.replace(
            year=year, month=month, day=min(self.given_at.day, monthrange(year, month)[1])
        )


@dataclass
class Code:
    consent: Consent
    redirect_uri: str
    challenge: str | None
    issued_at: datetime


@dataclass
class AccessToken:
    consent: Consent
    expires_at: datetime


class TokenStore:
    """Hands out tokens and checks them. Safe to use from several threads."""

    def __init__(self, clock: Clock, secret: str, *, lifetime: float, rotate: bool) -> None:
        self.lifetime = lifetime
        self.rotate = rotate
        self._clock = clock
        self._lock = RLock()
        self._codes: dict[str, Code] = {}
        self._access: dict[str, AccessToken] = {}
        self._refresh: dict[str, Consent] = {}
        self._spent: set[str] = set()
        self._signer = URLSafeSerializer(secret, salt="refresh token")

    def consent(self, listener_id: str, scopes: frozenset[str]) -> Consent:
        """Return a new consent, given now."""
        return Consent(listener_id, scopes, self._clock.now())

    def make_code(self, consent: Consent, redirect_uri: str, challenge: str | None) -> str:
        """Return a code for one exchange within ten minutes."""
        code = secrets.token_urlsafe(96)
        with self._lock:
            self._codes[code] = Code(consent, redirect_uri, challenge, self._clock.now())
        return code

    def exchange(self, code: str, redirect_uri: str, verifier: str | None) -> dict[str, str | int]:
        """Return tokens for a code, which is spent by the attempt. Raises GrantError."""
        with self._lock:
            known = self._codes.pop(code, None)
            if known is None:
                raise GrantError("Invalid authorization code")
            if self._clock.now() - known.issued_at > CODE_LIFETIME:
                raise GrantError("Authorization code expired")
            if redirect_uri != known.redirect_uri:
                raise GrantError("Invalid redirect URI")
            if known.challenge is not None and not _proves(verifier, known.challenge):
                raise GrantError("code_verifier was incorrect")
            return self.issue(known.consent)

    def refresh(self, token: str) -> dict[str, str | int]:
        """Return a new access token, and a new refresh token only with rotation, which spends the old one.

        Raises GrantError for an unknown, spent or revoked token and for one whose consent has ended.
        """
        with self._lock:
            consent = self._refresh.get(token) or self._from_an_earlier_run(token)
            if consent is None or token in self._spent:
                raise GrantError("Invalid refresh token")
            if consent.revoked or self._clock.now() >= consent.ends_at:
                raise GrantError("Refresh token revoked")
            if self.rotate:
                self._spent.add(token)
            return self.issue(consent, with_refresh_token=self.rotate)

    def issue(self, consent: Consent, *, with_refresh_token: bool = True) -> dict[str, str | int]:
        """Return the answer of the token endpoint for a consent."""
        access, refresh = secrets.token_urlsafe(120), self._signed(consent)
        with self._lock:
            self._access[access] = AccessToken(consent, self._clock.now() + timedelta(seconds=self.lifetime))
            answer: dict[str, str | int] = {
                "access_token": access,
                "token_type": "Bearer",
                "expires_in": int(self.lifetime),
                "scope": " ".join(sorted(consent.scopes)),
            }
            if with_refresh_token:
                self._refresh[refresh] = consent
                answer["refresh_token"] = refresh
        return answer

    def _signed(self, consent: Consent) -> str:
        given_at = consent.given_at.isoformat()
        return str(
            self._signer.dumps(
                [consent.listener_id, sorted(consent.scopes), given_at, secrets.token_urlsafe(24)]
            )
        )

    def _from_an_earlier_run(self, token: str) -> Consent | None:
        try:
            listener_id, scopes, given_at, _unique = self._signer.loads(token)
        except BadSignature:
            return None
        consent = Consent(listener_id, frozenset(scopes), datetime.fromisoformat(given_at))
        self._refresh[token] = consent
        return consent

    def find(self, access_token: str) -> AccessToken | None:
        """Return what is known of an access token; None for one that was never given out or was revoked."""
        with self._lock:
            found = self._access.get(access_token)
            return None if found is None or found.consent.revoked else found

    def expired(self, token: AccessToken) -> bool:
        """Tell whether an access token has run out."""
        return self._clock.now() >= token.expires_at

    def expire_all(self) -> None:
        """Let every access token run out now."""
        with self._lock:
            for token in self._access.values():
                token.expires_at = self._clock.now()

    def revoke(self, listener_id: str) -> None:
        """Take back every consent of a listener: none of their tokens works any more."""
        with self._lock:
            consents = [token.consent for token in self._access.values()]
            consents += [*self._refresh.values(), *(code.consent for code in self._codes.values())]
            for consent in consents:
                if consent.listener_id == listener_id:
                    consent.revoked = True


def _proves(verifier: str | None, challenge: str) -> bool:
    """Check a PKCE verifier against an S256 challenge (RFC 7636, section 4.6)."""
    hashed = hashlib.sha256((verifier or "").encode()).digest()
    expected = base64.urlsafe_b64encode(hashed).rstrip(b"=")
    return hmac.compare_digest(expected, challenge.encode())
