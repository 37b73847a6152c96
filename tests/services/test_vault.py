"""Tokens at rest: readable with the key and with old ones, else not at all."""

from dataclasses import replace

import pytest

from spotistats import config
from spotistats.services.vault import Unreadable, seal, unseal
from tests.support.settings import app_settings

OLD = config.load(app_settings("sqlite:////tmp/never-opened.sqlite", SECRET_KEY="the old key"))
NEW = replace(OLD, secret_key="the new key")


def test_a_token_comes_back() -> None:
    assert unseal(seal("token", OLD), OLD) == "token"
    assert "token" not in seal("token", OLD)
    assert seal("token", OLD) != seal("token", OLD)


def test_another_key_reads_nothing() -> None:
    with pytest.raises(Unreadable):
        unseal(seal("token", OLD), NEW)


def test_an_old_key_still_reads_and_no_longer_writes() -> None:
    rotated = replace(NEW, secret_key_fallbacks=("an older one", OLD.secret_key))
    assert unseal(seal("token", OLD), rotated) == "token"
    assert unseal(seal("token", rotated), NEW) == "token"


@pytest.mark.parametrize("spoilt", ["", "no token", seal("token", OLD)[:-5], "A" + seal("token", OLD)])
def test_what_was_spoilt_is_unreadable(spoilt: str) -> None:
    with pytest.raises(Unreadable):
        unseal(spoilt, OLD)
