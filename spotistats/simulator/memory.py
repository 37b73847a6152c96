"""What outlasts a restart: when there was music for company, in a small file."""

import json
import sys
from contextlib import suppress
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from threading import Lock
from typing import Any, NamedTuple

from .life import FIRST_DAY

# Each lasts for half an hour at least, in which there are several plays, of its own or of the life beside it:
# Spotify's list never reaches further back than these do.
STRETCHES_KEPT = 50
# Who starts again plays all of it once more; with this the demo serves within seconds.
LONGEST_STRETCH = timedelta(hours=12)

_FIRST_MOMENT = datetime.combine(FIRST_DAY, time(), UTC)


class Stretch(NamedTuple):
    """The music was on from `begins` to `ends`, without a pause; for LONGEST_STRETCH at most."""

    begins: datetime
    ends: datetime


class Memory:
    """The stretches of each listener, oldest first, kept in a file; without one, for as long as this runs."""

    def __init__(self, path: Path | None = None) -> None:
        self._path = path
        self._lock = Lock()
        self._stretches: dict[str, list[Stretch]] = {}
        self._has_complained = False
        if path is not None:
            # What is not there, cannot be read or was not written by this, is no memory: it begins anew.
            with suppress(
                *(OSError, LookupError, ValueError, TypeError, AttributeError, OverflowError, RecursionError)
            ):
                self._stretches = _read(path)

    def stretches(self, listener_id: str) -> list[Stretch]:
        """Return when there was music for a listener, oldest first."""
        with self._lock:
            return list(self._stretches.get(listener_id, []))

    def keep(self, listener_id: str, stretches: list[Stretch]) -> None:
        """Keep these in the place of the former ones.

        Where the file can't be written they last for as long as this runs, which is said once: a full disk
        is no reason to refuse the plays that were asked for.
        """
        with self._lock:
            self._stretches[listener_id] = stretches[-STRETCHES_KEPT:]
            if self._path is None:
                return
            try:
                _write(self._path, self._stretches)
            except OSError as error:
                self._complain(error)

    def _complain(self, error: OSError) -> None:
        if not self._has_complained:
            self._has_complained = True
            sys.stderr.write(f"The simulator can't keep its memory in {self._path}: {error.strerror}\n")


def _read(path: Path) -> dict[str, list[Stretch]]:
    kept = json.loads(path.read_text(encoding="utf-8"))
    return {name: _in_order(pairs[-STRETCHES_KEPT:]) for name, pairs in kept.items()}


def _in_order(pairs: Any) -> list[Stretch]:
    """Return the stretches; raises ValueError unless they are as they are written, one after the other."""
    found = [Stretch(datetime.fromisoformat(begins), datetime.fromisoformat(ends)) for begins, ends in pairs]
    free = _FIRST_MOMENT
    for begins, ends in found:  # A moment without a time zone cannot be compared with one that has it.
        if not free <= begins <= ends <= begins + LONGEST_STRETCH:
            raise ValueError("no stretches of music, one after the other")
        free = ends
    return found


def _write(path: Path, kept: dict[str, list[Stretch]]) -> None:
    texts = {
        name: [[moment.isoformat() for moment in one] for one in stretches]
        for name, stretches in kept.items()
    }
    aside = path.with_name(f"{path.name}.new")
    aside.write_text(json.dumps(texts), encoding="utf-8")
    aside.replace(path)  # At once, so that an end midway leaves the former one whole.
