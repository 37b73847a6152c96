"""A sync's life in the tables: begun under the listener's lock, finished, or found dead.

The lock is two columns of the user's row, taken by a conditional update. It expires by itself, so that a
process that died cannot keep it; one that was only very slow finds that it has lost it before it writes.
"""

import secrets
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from threading import Thread

from sqlalchemy import func, or_, select, update
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from spotistats import clock
from spotistats.extensions import beside, keep_trying, settings, transaction
from spotistats.models import LONGEST_SYNC_LOCK, SyncRun, User
from spotistats.services import connections
from spotistats.services.recording import Recorded

# A sync ends within 25 seconds; a lock whose holder died is free again after 60 at most.
LOCK_SECONDS = 50
_CLOSING_SECONDS = 30


class Refused(Exception):
    """The sync may not begin yet; `retry_after` says in how many seconds it may."""

    def __init__(self, retry_after: int) -> None:
        super().__init__(retry_after)
        self.retry_after = retry_after


class AlreadyRunning(Refused):
    """Another sync of this listener is running."""


class CoolingDown(Refused):
    """The last successful sync is too recent."""


class SpotifyWaits(Refused):
    """Spotify wants no calls from this application yet."""


class LockLost(Exception):
    """This sync took so long that another one may have begun."""


@dataclass(slots=True)
class Run:
    """A sync that holds the listener's lock as `holder`, and for as long as its `refresh` goes on."""

    user_id: int
    id: int
    holder: str
    refresh: Future[None] | None = None
    is_lock_kept: bool = False

    def note_refresh(self, refresh: Future[None]) -> None:
        """Keep the lock until `refresh` has ended: until then, the stored refresh token may be spent."""
        self.refresh = refresh


@contextmanager
def running(user_id: int, *, force: bool) -> Iterator[Run]:
    """Run the block as the listener's only sync; one that ends without `finish` is stored as failed.

    Raises Refused, and then leaves no trace.
    """
    run = _begin(user_id, force=force, now=clock.now())
    with ExitStack() as unfinished:
        unfinished.callback(_close, run)
        yield run
        unfinished.pop_all()
    _free_after_refresh(run)


def hold(session: Session, run: Run) -> str:
    """Make sure, in the transaction that is to write, that the lock is still ours; return the time zone.

    Raises LockLost.
    """
    timezone: str | None = session.scalar(
        update(User)
        .where(User.id == run.user_id, User.sync_lock_holder == run.holder)
        .values(sync_lock_holder=run.holder)
        .returning(User.timezone)
    )
    if timezone is None:
        raise LockLost
    return timezone


def note_plays(session: Session, run: Run, recorded: Recorded) -> None:
    """Store with the run what its plays brought."""
    started, ended = recorded.gap or (None, None)
    _change(session, run, plays_added=recorded.plays_added, gap_started_at=started, gap_ended_at=ended)


def finish(session: Session, run: Run, *, status: str, error: str | None, now: datetime) -> None:
    """Store how the run ended and free the lock, unless a refresh still needs it."""
    _change(session, run, status=status, error=error, finished_at=now)
    _free(session, run)


def _last_success(session: Session, user_id: int, now: datetime) -> datetime | None:
    """Return the end of the listener's last successful sync; one from the future does not count."""
    return session.scalar(
        select(func.max(SyncRun.finished_at)).where(
            SyncRun.user_id == user_id,
            SyncRun.status == "succeeded",
            SyncRun.finished_at <= now + clock.TOLERANCE,
        )
    )


def _begin(user_id: int, *, force: bool, now: datetime) -> Run:
    holder = secrets.token_hex(16)
    with transaction() as session:
        _take_lock(session, user_id, holder, now)
        if not force:
            _check_cooldown(session, user_id, now)
        if wait := connections.wait_seconds(now):
            raise SpotifyWaits(wait)
        session.execute(
            update(SyncRun)
            .where(SyncRun.user_id == user_id, SyncRun.status == "running")
            .values(status="failed", error="interrupted", finished_at=now)
        )
        newest = session.scalar(select(func.max(SyncRun.id)).where(SyncRun.user_id == user_id))
        run = Run(user_id, (newest or 0) + 1, holder)
        session.add(SyncRun(user_id=user_id, id=run.id, started_at=now, status="running"))
        return run


def _take_lock(session: Session, user_id: int, holder: str, now: datetime) -> None:
    taken = session.execute(
        update(User)
        .where(
            User.id == user_id,
            or_(
                User.sync_lock_expires_at.is_(None),
                User.sync_lock_expires_at <= now,
                # Taken by a clock that was ahead; no lock lasts so long. One that was taken while this sync
                # waited for the database ends only some seconds later than it would if taken now.
                User.sync_lock_expires_at > now + LONGEST_SYNC_LOCK,
            ),
        )
        .values(sync_lock_holder=holder, sync_lock_expires_at=now + timedelta(seconds=LOCK_SECONDS))
        .returning(User.id)
    ).one_or_none()
    if taken is None:
        expires_at = session.scalar(select(User.sync_lock_expires_at).where(User.id == user_id))
        raise AlreadyRunning(clock.seconds_until(expires_at, now) or 1)


def _check_cooldown(session: Session, user_id: int, now: datetime) -> None:
    last = _last_success(session, user_id, now)
    if last is None:
        return
    cooldown = settings().sync_cooldown_seconds
    wait = clock.seconds_until(last + timedelta(seconds=cooldown), now)
    if wait:
        raise CoolingDown(min(wait, cooldown))  # It ended a little later than now where clocks differ.


def _close(run: Run) -> None:
    """Store that the run was stopped. Where the database has no time for it now, that is not waited for.

    Should nothing come of it, the next sync finds the run dead.
    """
    end = partial(_end, run, clock.now())
    try:
        end()
    except OperationalError:
        Thread(target=beside(partial(_end_later, end)), name="end of a sync", daemon=True).start()


def _end_later(end: Callable[[], None]) -> None:
    with suppress(OperationalError):
        keep_trying(end, seconds=_CLOSING_SECONDS)


def _end(run: Run, now: datetime) -> None:
    with transaction() as session:
        still_running = SyncRun.status == "running"
        key = (SyncRun.user_id == run.user_id, SyncRun.id == run.id)
        session.execute(
            update(SyncRun)
            .where(*key, still_running)
            .values(status="failed", error="stopped", finished_at=now)
        )
        _free(session, run)
    _free_after_refresh(run)


def _change(session: Session, run: Run, **values: object) -> None:
    session.execute(
        update(SyncRun).where(SyncRun.user_id == run.user_id, SyncRun.id == run.id).values(**values)
    )


def _free_after_refresh(run: Run) -> None:
    """Free a lock that was kept, once the refresh has ended."""
    if run.refresh is not None and run.is_lock_kept:
        free = beside(partial(_free_kept, run))
        run.refresh.add_done_callback(lambda _ended: free())


def _free_kept(run: Run) -> None:
    with suppress(OperationalError), transaction() as session:  # It also expires by itself.
        _free(session, run)


def _free(session: Session, run: Run) -> None:
    """Free the lock, or keep it for a refresh that has not ended."""
    run.is_lock_kept = run.refresh is not None and not run.refresh.done()
    if run.is_lock_kept:
        return
    session.execute(
        update(User)
        .where(User.id == run.user_id, User.sync_lock_holder == run.holder)
        .values(sync_lock_holder=None, sync_lock_expires_at=None)
    )
