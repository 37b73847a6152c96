"""Who a listener is: found by what never changes, signed in by a browser, deleted with everything."""

from datetime import date, datetime, timedelta
from threading import Barrier, Event, Thread

import pytest
from flask import Flask
from sqlalchemy import delete, func, select

from spotistats import clock
from spotistats.extensions import Base, db, end_reading, transaction
from spotistats.models import Album, Artist, SignIn, Track, TrackArtist, User
from spotistats.plays import Profile
from spotistats.services import accounts, connections
from spotistats.services.sync import SyncState, sync_user
from spotistats.simulator import ScriptedPlay, Simulator
from spotistats.spotify.tokens import TokenPair
from tests.services.listening import like, play
from tests.services.tables import at, connected, connection_of, days_of, plays_of, stamps_of
from tests.support.locks import rows_locked

pytestmark = pytest.mark.usefixtures("in_app")
PAIR = TokenPair("access", "refresh", 3600)


def sign_in(
    spotify_id: str,
    account_id: str | None = None,
    *,
    name: str | None = None,
    zone: str | None = None,
    now: datetime | None = None,
) -> int:
    profile = Profile(spotify_id, account_id, name)
    return accounts.sign_in(profile, PAIR, timezone=zone, now=now or clock.now()).user_id


def user(user_id: int) -> tuple[str, str | None, str | None, str]:
    end_reading()
    row = db.session.execute(
        select(User.spotify_id, User.account_id, User.display_name, User.timezone).where(User.id == user_id)
    ).one()
    return row.spotify_id, row.account_id, row.display_name, row.timezone


def count(table: type[Base], **belonging: int) -> int:
    end_reading()
    return db.session.scalar(select(func.count()).select_from(table).filter_by(**belonging)) or 0


def test_the_first_sign_in_takes_over_the_browser_s_time_zone_and_no_later_one() -> None:
    alice = sign_in("alice", "a", name="Alice", zone="Europe/Berlin")
    assert user(alice) == ("alice", "a", "Alice", "Europe/Berlin")
    assert sign_in("alice", "a", name="Alicia", zone="Asia/Tokyo") == alice
    assert user(alice) == ("alice", "a", "Alicia", "Europe/Berlin")


@pytest.mark.parametrize("zone", [None, "", "Mars/Base", "../../etc/passwd"])
def test_an_unknown_time_zone_is_utc(zone: str | None) -> None:
    assert user(sign_in("alice", zone=zone))[3] == "UTC"


def test_an_account_whose_id_changed_is_found_by_its_account_id() -> None:
    alice = sign_in("alice", "a")
    assert sign_in("alice-2", "a") == alice
    assert user(alice)[:2] == ("alice-2", "a")


def test_an_account_that_is_first_told_without_its_account_id_gets_it_later() -> None:
    alice = sign_in("alice")
    assert sign_in("alice", "a") == alice
    assert user(alice)[:2] == ("alice", "a")
    assert sign_in("alice") == alice
    assert user(alice)[:2] == ("alice", "a")


def test_an_id_that_passed_on_to_another_account_opens_no_history_of_the_first() -> None:
    alice = sign_in("music", "a")
    bob = sign_in("music", "b")
    assert bob != alice
    assert (user(alice)[:2], user(bob)[:2]) == (("music#a", "a"), ("music", "b"))
    assert sign_in("alice", "a") == alice
    assert sign_in("music", "b") == bob


def test_two_accounts_that_swapped_their_ids_keep_their_histories() -> None:
    alice, bob = sign_in("one", "a"), sign_in("two", "b")
    assert sign_in("two", "a") == alice
    assert sign_in("one", "b") == bob
    assert (user(alice)[:2], user(bob)[:2]) == (("two", "a"), ("one", "b"))


def test_two_first_sign_ins_at_once_make_one_account(in_app: Flask) -> None:
    starting, signed_in = Barrier(2, timeout=10), []

    def run() -> None:
        with in_app.app_context():
            starting.wait()
            signed_in.append(sign_in("alice", "a"))

    threads = [Thread(target=run) for _browser in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(signed_in) == 2
    assert len(set(signed_in)) == 1
    assert (count(User), count(SignIn)) == (1, 2)


def test_who_signs_in_while_the_account_is_being_deleted_begins_anew(in_app: Flask) -> None:
    """With another name, so that there is something to change in the row that goes."""
    before = sign_in("alice", "a")
    deleted, begun = Event(), []

    def sign_in_again() -> None:
        with in_app.app_context():
            deleted.wait(10)
            profile = Profile("alice", "a", "Another Name")
            begun.append(accounts.sign_in(profile, PAIR, timezone=None, now=clock.now()).user_id)

    other = Thread(target=sign_in_again)
    other.start()
    with transaction() as session:
        session.execute(delete(User).where(User.id == before))
        deleted.set()
        other.join(0.5)  # By then it waits for this transaction.
    other.join(10)
    assert len(begun) == 1
    assert begun != [before]
    assert count(User) == 1


def test_ids_are_told_apart_by_case() -> None:
    assert sign_in("alice") != sign_in("Alice")


def test_a_browser_is_known_by_its_token_until_it_signs_out() -> None:
    now = clock.now()
    profile = Profile("alice", None, None)
    begun = accounts.sign_in(profile, PAIR, timezone=None, now=now)
    user_id, token = begun.user_id, begun.token
    assert token not in repr(begun)
    second = accounts.sign_in(profile, PAIR, timezone=None, now=now).token
    other_id = sign_in("bob")
    listener = accounts.signed_in(user_id, token, now=now)
    assert listener is not None
    assert (listener.id, listener.display_name) == (user_id, "alice")
    assert accounts.signed_in(other_id, token, now=now) is None
    assert accounts.signed_in(user_id, token[:-1], now=now) is None
    assert accounts.signed_in(user_id, token, now=now + accounts.SIGN_IN_LIFETIME) is None
    end_reading()
    assert token not in db.session.scalars(select(SignIn.token_hash))

    accounts.sign_out(user_id, token)
    assert accounts.signed_in(user_id, token, now=now) is None
    assert accounts.signed_in(user_id, second, now=now) is not None
    accounts.sign_out_everywhere(user_id)
    assert accounts.signed_in(user_id, second, now=now) is None
    assert count(SignIn) == 1


def test_sign_ins_that_have_ended_are_cleared_away() -> None:
    now = clock.now()
    alice = sign_in("alice", now=now - accounts.SIGN_IN_LIFETIME - timedelta(days=1))
    assert count(SignIn, user_id=alice) == 1
    sign_in("alice", now=now)
    assert count(SignIn, user_id=alice) == 1


def test_each_sign_in_is_a_new_consent(simulator: Simulator) -> None:
    alice = connected(simulator)
    first = connection_of(alice)
    assert connected(simulator) == alice
    second = connection_of(alice)
    assert second.consented_at > first.consented_at
    connections.disconnect(alice)
    assert connected(simulator) == alice
    third = connection_of(alice)
    assert len({first.version, second.version, third.version}) == 3


def test_the_id_of_a_deleted_listener_is_not_used_again(simulator: Simulator) -> None:
    alice = connected(simulator)
    accounts.delete_account(alice)
    assert connected(simulator, "bob") > alice


def test_another_time_zone_makes_the_days_anew(simulator: Simulator) -> None:
    alice, bob = connected(simulator), connected(simulator, "bob")
    for name in ("alice", "bob"):
        simulator.script_plays(name, [ScriptedPlay(at("23:30:00"), "a"), ScriptedPlay(at("12:00:00"), "b")])
    sync_user(alice)
    sync_user(bob)
    born = stamps_of(alice)[date(2026, 2, 25)][0]
    assert accounts.set_timezone(alice, "Europe/Berlin") == 2
    assert {day: totals.plays for day, totals in days_of(alice).items()} == {
        date(2026, 2, 25): 1,
        date(2026, 2, 26): 1,
    }
    assert stamps_of(alice)[date(2026, 2, 25)][0] == born
    assert len(days_of(bob)) == 1
    with pytest.raises(accounts.UnknownZone):
        accounts.set_timezone(alice, "Mars/Base")
    assert (user(alice)[3], len(days_of(alice))) == ("Europe/Berlin", 2)
    sync_user(alice)
    assert len(days_of(alice)) == 2


def test_disconnecting_keeps_the_history(simulator: Simulator) -> None:
    alice = connected(simulator)
    play(simulator, 3)
    sync_user(alice)
    connections.disconnect(alice)
    assert connection_of(alice) is None
    assert len(plays_of(alice)) == 3
    assert sync_user(alice).state is SyncState.NEEDS_RECONNECT


@pytest.mark.parametrize(
    "database_url", [pytest.param("postgresql", marks=pytest.mark.postgresql)], indirect=True
)
def test_deleting_an_account_waits_for_nothing_that_a_sync_of_somebody_else_is_writing(
    database_url: str, simulator: Simulator
) -> None:
    """That sync has the artists and albums first, and goes on with their tracks."""
    alice = connected(simulator)
    play(simulator, 3)
    sync_user(alice)
    with rows_locked(database_url, "artists"):
        accounts.delete_account(alice)
        assert (count(User), count(Track), count(Album)) == (0, 0, 0)
        assert count(Artist) == 1
    accounts.delete_account(connected(simulator, "bob"))
    assert count(Artist) == 0, "it goes with the next account"


def test_deleting_an_account_deletes_every_row_of_it_and_nothing_of_anybody_else(
    simulator: Simulator,
) -> None:
    alice, bob = connected(simulator), connected(simulator, "bob")
    play(simulator, 5)
    play(simulator, 2, "bob")
    like(simulator, "one")
    like(simulator, "two", listener="bob")
    sync_user(alice)
    sync_user(bob)
    owned = [table for table in all_tables() if "user_id" in table.__table__.c]
    assert len(owned) == 7
    assert all(count(table, user_id=alice) for table in owned)
    bobs = [count(table, user_id=bob) for table in owned]

    accounts.delete_account(alice)
    assert [count(table, user_id=alice) for table in owned] == [0] * 7
    assert [count(table, user_id=bob) for table in owned] == bobs
    assert (count(User), count(Track), count(Artist), count(Album)) == (1, 2, 1, 1)
    assert sync_user(bob).state is SyncState.SUCCEEDED

    accounts.delete_account(bob)
    assert [count(table) for table in (User, Track, TrackArtist, Artist, Album)] == [0] * 5


def test_an_artist_whom_a_day_still_names_stays_and_stops_no_clearing(simulator: Simulator) -> None:
    alice, bob = connected(simulator), connected(simulator, "bob")
    shared = {"played_at": at("10:00:00"), "track_id": "shared"}
    simulator.script_plays("bob", [ScriptedPlay(**shared, artists=[("old", "Old")])])  # type: ignore[arg-type]
    sync_user(bob)
    new = [("new", "New")]
    simulator.script_plays(
        "alice",
        [ScriptedPlay(**shared, artists=new), ScriptedPlay(at("11:00:00"), "own", artists=new)],  # type: ignore[arg-type]
    )
    sync_user(alice)
    accounts.delete_account(alice)
    end_reading()
    assert set(db.session.scalars(select(Track.id))) == {"shared"}
    assert set(db.session.scalars(select(Artist.id))) == {"old", "new"}
    assert days_of(bob)[date(2026, 2, 25)].top_artist_id == "old"


def all_tables() -> list[type[Base]]:
    return [mapper.class_ for mapper in Base.registry.mappers]
