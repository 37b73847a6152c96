"""Tokens at rest are encrypted; the key is derived from SECRET_KEY."""

import base64

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from spotistats.config import Settings

_PURPOSE = b"spotistats: Spotify tokens at rest"


class Unreadable(Exception):
    """What is stored was encrypted with a key that is no longer known."""


def seal(text: str, settings: Settings) -> str:
    """Return `text` encrypted with the present key."""
    return _fernet(settings).encrypt(text.encode()).decode("ascii")


def unseal(sealed: str, settings: Settings) -> str:
    """Return what `seal` was given, under the present key or one of the old ones; raises Unreadable."""
    try:
        return _fernet(settings).decrypt(sealed.encode("ascii")).decode()
    except InvalidToken as error:
        raise Unreadable from error


def _fernet(settings: Settings) -> MultiFernet:
    return MultiFernet([_key(secret) for secret in (settings.secret_key, *settings.secret_key_fallbacks)])


def _key(secret: str) -> Fernet:
    derived = HKDF(algorithm=SHA256(), length=32, salt=None, info=_PURPOSE).derive(secret.encode())
    return Fernet(base64.urlsafe_b64encode(derived))
