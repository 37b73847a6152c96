"""The lock that lets one sync of a listener run at a time, and the runs that tell of it."""

from datetime import timedelta

import pytest
from sqlalchemy import update

from spotistats import clock
from spotistats.extensions import transaction
from spotistats.models import SyncRun
from spotistats.services import sync_runs
from spotistats.services.recording import Recorded
from spotistats.services.sync_runs import AlreadyRunning, CoolingDown, LockLost, Run
from tests.services.tables import at, change_user, lock_of, runs_of, somebody
from tests.support.apps import MakeApp

pytestmark = pytest.mark.usefixtures("in_app")


def finish(run: Run, status: str = "succeeded") -> None:
    with transaction() as session:
        sync_runs.hold(session, run)
        sync_runs.finish(session, run, status=status, error=None, now=clock.now())


def test_a_second_sync_of_the_same_listener_is_refused_and_leaves_no_row() -> None:
    alice, bob = somebody(), somebody()
    with sync_runs.running(alice, force=False) as run:
        for force in (False, True):
            with pytest.raises(AlreadyRunning) as caught, sync_runs.running(alice, force=force):
                raise AssertionError("it began")
            assert 0 < caught.value.retry_after <= 60
        with sync_runs.running(bob, force=False) as other:
            finish(other)
        finish(run)
    assert [run.status for run in runs_of(alice)] == ["succeeded"]


def test_a_lock_that_was_taken_while_another_sync_waited_for_the_database_holds(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    alice = somebody()
    began = clock.now()
    with sync_runs.running(alice, force=False) as run:
        with monkeypatch.context() as patched:
            patched.setattr(clock, "now", lambda: began - timedelta(seconds=4))
            with pytest.raises(AlreadyRunning) as caught, sync_runs.running(alice, force=False):
                raise AssertionError("it began")
            assert caught.value.retry_after <= 60
        finish(run)


def test_a_lock_is_free_again_within_a_minute() -> None:
    alice = somebody()
    with sync_runs.running(alice, force=False) as run:
        holder, expires_at = lock_of(alice)
        assert holder == run.holder
        assert expires_at is not None
        assert timedelta(seconds=25) < expires_at - clock.now() <= timedelta(seconds=60)


def test_a_sync_that_was_slow_may_no_longer_write() -> None:
    alice = somebody()
    with sync_runs.running(alice, force=False) as slow:
        change_user(alice, sync_lock_expires_at=clock.now())
        with sync_runs.running(alice, force=False) as quick:
            with pytest.raises(LockLost):
                finish(slow)
            finish(quick)
    assert [(run.status, run.error) for run in runs_of(alice)] == [
        ("failed", "interrupted"),
        ("succeeded", None),
    ]
    assert lock_of(alice) == (None, None)


def test_a_slow_sync_does_not_free_the_lock_of_the_one_that_took_it() -> None:
    alice = somebody()
    slow = sync_runs.running(alice, force=False)
    slow.__enter__()
    change_user(alice, sync_lock_expires_at=clock.now())
    with sync_runs.running(alice, force=False) as quick:
        slow.__exit__(None, None, None)
        assert lock_of(alice)[0] == quick.holder
        finish(quick)
    assert runs_of(alice)[-1].status == "succeeded"


def test_an_expired_lock_that_nobody_took_is_still_one_s_own() -> None:
    alice = somebody()
    with sync_runs.running(alice, force=False) as run:
        change_user(alice, sync_lock_expires_at=clock.now())
        finish(run)
    assert runs_of(alice)[-1].status == "succeeded"


def test_a_sync_that_a_fault_of_ours_ends_is_stored_as_failed_and_frees_the_lock() -> None:
    alice = somebody()
    with pytest.raises(ZeroDivisionError), sync_runs.running(alice, force=False):
        raise ZeroDivisionError
    (run,) = runs_of(alice)
    assert (run.status, run.error) == ("failed", "stopped")
    assert lock_of(alice) == (None, None)


@pytest.mark.parametrize("status", ["partial", "failed"])
def test_the_cooldown_begins_with_the_end_of_a_success_alone(make_app: MakeApp, status: str) -> None:
    with make_app(SYNC_COOLDOWN_SECONDS="600").app_context():
        alice = somebody()
        for ended_as in (status, "succeeded"):
            with sync_runs.running(alice, force=False) as run:
                finish(run, ended_as)
        with pytest.raises(CoolingDown) as caught, sync_runs.running(alice, force=False):
            raise AssertionError("it began")
        assert 590 <= caught.value.retry_after <= 600
        assert lock_of(alice) == (None, None)
        with sync_runs.running(alice, force=True) as run:
            finish(run, status)
        with transaction() as session:
            session.execute(update(SyncRun).values(finished_at=clock.now() - timedelta(seconds=600)))
        with sync_runs.running(alice, force=False) as run:
            finish(run)
        assert [run.id for run in runs_of(alice)] == [1, 2, 3, 4]


def test_a_sync_that_a_clock_which_was_ahead_has_stored_keeps_nobody_waiting(
    make_app: MakeApp,
) -> None:
    with make_app(SYNC_COOLDOWN_SECONDS="600").app_context():
        alice = somebody()
        with sync_runs.running(alice, force=False) as run:
            finish(run)
        with transaction() as session:
            session.execute(update(SyncRun).values(finished_at=clock.now() + timedelta(days=30)))
        with sync_runs.running(alice, force=False) as run:
            finish(run)
        for later in (timedelta(0), timedelta(seconds=20)):
            with transaction() as session:
                session.execute(
                    update(SyncRun).where(SyncRun.id == 2).values(finished_at=clock.now() + later)
                )
            with pytest.raises(CoolingDown) as caught, sync_runs.running(alice, force=False):
                raise AssertionError("it began")
            assert 590 <= caught.value.retry_after <= 600, "the real one counts, also by a clock that differs"


def test_a_gap_is_stored_with_the_run() -> None:
    alice = somebody()
    with sync_runs.running(alice, force=False) as run:
        with transaction() as session:
            sync_runs.note_plays(session, run, Recorded(50, frozenset(), (at("10:00:00"), at("12:00:00"))))
        finish(run)
    (stored,) = runs_of(alice)
    assert (stored.plays_added, stored.gap_started_at, stored.gap_ended_at) == (
        50,
        at("10:00:00"),
        at("12:00:00"),
    )


def test_who_does_not_exist_cannot_sync() -> None:
    with pytest.raises(AlreadyRunning), sync_runs.running(somebody() + 1000, force=False):
        raise AssertionError("it began")
