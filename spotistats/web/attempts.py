"""Sign-ins under way, each in a cookie of its own, which only the addresses of the sign-in are sent.

In one cookie they would be lost: an answer replaces a cookie as a whole, and one that took its time, of a
window that waited for Spotify, knows nothing of the attempt that another window has begun meanwhile.
"""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from hashlib import sha256

from flask import after_this_request, current_app, request
from itsdangerous import BadSignature, URLSafeSerializer
from werkzeug.wrappers import Response

from spotistats import clock

_PATH = "/auth"
_LASTS_SECONDS = 600
_MOST = 5  # Each window may have one under way.
_LARGEST = 3000  # Browsers send all of them in one header, of which servers take 8,000 bytes.


@dataclass(frozen=True, slots=True)
class KeptAttempt:
    """What this browser, and no other, has to know when Spotify sends it back.

    `next_path` and `zone` come from the form that began it; `began` is in seconds since 1970.
    """

    state: str
    verifier: str
    next_path: str | None
    zone: str | None
    began: float


def keep(response: Response, attempt: KeptAttempt) -> None:
    """Remember an attempt in the browser; the oldest go where there are too many."""
    signed = _signer().dumps(asdict(attempt))
    count, size = 1, len(signed)
    for name, _earlier in sorted(_good(), key=lambda item: item[1].began, reverse=True):
        count, size = count + 1, size + len(request.cookies[name])
        if count > _MOST or size > _LARGEST:
            _forget(response, name)
    response.set_cookie(
        _prefix() + attempt.state,
        signed,
        max_age=_LASTS_SECONDS,
        path=_PATH,
        secure=current_app.config["SESSION_COOKIE_SECURE"],
        httponly=True,
        samesite="Lax",
    )


def take(state: str | None) -> KeptAttempt | None:
    """Return the attempt of that state and let the browser forget it, since each is good for one answer.

    None where this browser has begun no such attempt: any site can send people here.
    """
    name = f"{_prefix()}{state}"
    if name in request.cookies:
        after_this_request(lambda response: _forget(response, name))  # Whatever the answer will be.
    return next((attempt for _name, attempt in _good() if attempt.state == state), None)


def _prefix() -> str:
    """Return how the names of the cookies begin: as that of the session does, so each server has its own."""
    return f"{current_app.config['SESSION_COOKIE_NAME']}_sign_in_"


def _good() -> Iterator[tuple[str, KeptAttempt]]:
    """Yield the attempts that we have signed and that are not too old, by the names of their cookies."""
    earliest = clock.now().timestamp() - _LASTS_SECONDS
    for name, signed in request.cookies.items():
        attempt = _read(signed) if name.startswith(_prefix()) else None
        if attempt and name == _prefix() + attempt.state and attempt.began > earliest:
            yield name, attempt


def _read(signed: str) -> KeptAttempt | None:
    try:
        return KeptAttempt(**_signer().loads(signed))
    except BadSignature:
        return None
    except TypeError:  # Another release has signed it, whose attempts have other fields.
        return None


def _signer() -> URLSafeSerializer:
    config = current_app.config
    return URLSafeSerializer(
        [*config["SECRET_KEY_FALLBACKS"], config["SECRET_KEY"]],  # It signs with the last one.
        salt="a sign-in under way",
        signer_kwargs={"key_derivation": "hmac", "digest_method": sha256},
    )


def _forget(response: Response, name: str) -> Response:
    response.delete_cookie(
        name,
        path=_PATH,
        secure=current_app.config["SESSION_COOKIE_SECURE"],
        httponly=True,
        samesite="Lax",
    )
    return response
