"""The steps of storing: plays once and for good, days made anew from them, lists replaced whole."""

from datetime import UTC, date, datetime, timedelta
from itertools import permutations

import pytest
from sqlalchemy import delete, update

from spotistats import clock
from spotistats.extensions import transaction
from spotistats.models import DailyListening, Play
from spotistats.plays import TIME_RANGES, TopArtist, TopLists, TopTrack
from spotistats.services import recording
from spotistats.services.recording import Recorded
from tests.services.slow_count import Told
from tests.services.tables import at, days_of, plays_of, somebody, stamps_of, tops_of

pytestmark = pytest.mark.usefixtures("in_app")
MINUTE = timedelta(minutes=1)


def record(
    user_id: int,
    *told: Told,
    zone: str = "UTC",
    full_since: datetime | None = None,
    now: datetime | None = None,
) -> Recorded:
    with transaction() as session:
        return recording.record_plays(
            session,
            user_id,
            [play.to_play() for play in told],
            clock.zone(zone),
            full_since=full_since,
            now=now or clock.now(),
        )


def rebuild(user_id: int, *days: date, zone: str = "UTC", now: datetime | None = None) -> int:
    with transaction() as session:
        return recording.rebuild_days(session, user_id, days, clock.zone(zone), now=now or clock.now())


def test_plays_are_stored_once() -> None:
    user_id, other_id = somebody(), somebody()
    told = [Told(at("20:00:00.497"), "a", 180_000), Told(at("20:02:00"), "b", 180_000)]
    assert record(user_id, *told) == Recorded(2, frozenset({date(2026, 2, 25)}), None)
    assert record(user_id, *told) == Recorded(0, frozenset(), None)
    assert plays_of(user_id) == {(at("20:00:00.497"), "a"): 180_000, (at("20:02:00"), "b"): 119_503}
    assert plays_of(other_id) == {}


def test_plays_are_taken_in_the_order_of_their_end_however_they_come() -> None:
    told = [Told(at("20:00:00"), "a", 180_000), Told(at("20:01:00"), "b", 180_000)]
    told += [Told(at("20:02:00"), track_id, 180_000) for track_id in ("B", "a")]
    keys = [(play.ended, play.track_id) for play in told]
    lengths = dict(zip(keys, (180_000, 60_000, 60_000, 180_000), strict=True))
    for page in permutations(told):
        user_id = somebody()
        record(user_id, *page)
        assert plays_of(user_id) == lengths


def test_nothing_told_changes_nothing() -> None:
    assert record(somebody()) == Recorded(0, frozenset(), None)


def test_a_stored_length_is_never_changed() -> None:
    user_id = somebody()
    record(user_id, Told(at("20:05:00"), "a", 180_000))
    late = Told(at("20:04:00"), "b", 180_000)
    assert record(user_id, late, Told(at("20:05:00"), "a", 170_000)).plays_added == 1
    assert plays_of(user_id) == {(at("20:05:00"), "a"): 180_000, (at("20:04:00"), "b"): 180_000}


def test_a_play_is_measured_from_the_nearest_stored_one_of_the_same_listener() -> None:
    user_id, other_id = somebody(), somebody()
    record(user_id, Told(at("19:00:00"), "a", 1), Told(at("19:59:00"), "b", 1), Told(at("20:30:00"), "a", 1))
    record(other_id, Told(at("19:59:30"), "a", 1))
    record(user_id, Told(at("20:00:00"), "c", 180_000))
    assert plays_of(user_id)[at("20:00:00"), "c"] == 60_000


@pytest.mark.parametrize(("stored_id", "ms_played"), [("B", 180_000), ("é", 60_000)])
def test_a_stored_play_that_ends_together_is_before_only_by_its_id(stored_id: str, ms_played: int) -> None:
    user_id = somebody()
    record(user_id, Told(at("19:59:00"), "a", 1), Told(at("20:00:00"), stored_id, 1))
    record(user_id, Told(at("20:00:00"), "b", 180_000))
    assert plays_of(user_id)[at("20:00:00"), "b"] == ms_played


def test_a_gap_is_told_where_a_full_page_reaches_no_stored_play() -> None:
    user_id = somebody()
    first, later, last = (Told(at(end), "a", 180_000) for end in ("10:00:00", "11:00:00", "12:00:00"))
    assert record(user_id, first, full_since=at("10:00:00")).gap is None
    assert record(user_id, first, later, full_since=at("10:00:00")).gap is None
    assert record(user_id, last).gap is None
    newest = Told(at("13:00:00"), "a", 180_000)
    assert record(user_id, newest, full_since=at("12:00:00")).gap is None, "it reaches back, readable or not"
    newer = Told(at("14:00:00"), "a", 180_000)
    assert record(user_id, newer, full_since=at("13:30:00")).gap == (at("13:00:00"), at("13:30:00"))


def test_a_full_page_of_which_nothing_can_be_read_tells_of_a_gap_all_the_same() -> None:
    user_id = somebody()
    record(user_id, Told(at("10:00:00"), "a", 180_000), Told(at("23:00:00"), "a", 180_000))
    now = at("12:30:00")
    gap = (at("10:00:00"), at("11:00:00"))
    assert record(user_id, full_since=at("11:00:00"), now=now) == Recorded(0, frozenset(), gap)
    assert record(user_id, full_since=at("09:00:00"), now=now).gap is None, "it reaches back"
    assert record(somebody(), full_since=at("11:00:00"), now=now).gap is None, "nothing is stored before"


def test_a_play_from_the_future_hides_no_gap() -> None:
    user_id = somebody()
    first, later, ahead = (Told(at(end), "a", 180_000) for end in ("10:00:00", "12:00:00", "23:00:00"))
    record(user_id, first, ahead)
    for page in ([later], [later, ahead]):
        recorded = record(user_id, *page, full_since=at("11:00:00"), now=at("12:30:00"))
        assert recorded.gap == (at("10:00:00"), at("11:00:00"))
        with transaction() as session:
            session.execute(delete(Play).where(Play.played_at == at("12:00:00")))


def test_dates_are_the_listener_s() -> None:
    told = Told(datetime(2026, 2, 25, 23, 30, tzinfo=UTC), "a", 1)
    assert record(somebody(), told, zone="Europe/Berlin").dates == {date(2026, 2, 26)}
    assert record(somebody(), told, zone="America/New_York").dates == {date(2026, 2, 25)}


def test_a_day_is_made_anew_and_keeps_its_birth() -> None:
    user_id, other_id = somebody(), somebody()
    day, born, now = date(2026, 2, 25), at("10:00:00"), at("22:00:00")
    for listener in (user_id, other_id):
        record(listener, Told(at("09:00:00"), "a", 90_000))
        assert rebuild(listener, day, now=born) == 1
    record(user_id, Told(at("20:00:00"), "b", 60_000))
    with transaction() as session:  # A wrong total is not added to.
        session.execute(update(DailyListening).values(minutes=1000, ms_played=10**10))
    assert rebuild(user_id, day, day, now=now) == 1
    assert days_of(user_id)[day] == (3, 150_000, 2, "a", "x")
    assert stamps_of(user_id)[day] == (born, now)
    assert stamps_of(other_id)[day] == (born, born)
    assert days_of(other_id)[day].ms_played == 10**10


def test_a_day_that_has_lost_its_plays_is_gone() -> None:
    user_id = somebody()
    record(user_id, Told(at("20:00:00"), "a", 1))
    rebuild(user_id, date(2026, 2, 25))
    with transaction() as session:
        session.query(Play).filter(Play.user_id == user_id).delete()
    assert rebuild(user_id, date(2026, 2, 25)) == 1
    assert days_of(user_id) == {}


def test_a_whole_day_and_more_is_counted() -> None:
    user_id = somebody()
    record(user_id, *[Told(at("00:00:00") + number * MINUTE, "a", 7_200_000) for number in range(1440)])
    rebuild(user_id, date(2026, 2, 25))
    # The first play counts two hours, each other one minute.
    assert days_of(user_id)[date(2026, 2, 25)][:3] == (120 + 1439, (120 + 1439) * 60_000, 1440)


def test_all_days_in_another_zone() -> None:
    user_id = somebody()
    told = [Told(at("23:30:00"), "a", 60_000), Told(at("12:00:00"), "b", 60_000)]
    record(user_id, *told)
    rebuild(user_id, date(2026, 2, 25), now=at("01:00:00"))
    with transaction() as session:
        where = clock.zone("Asia/Tokyo")
        assert recording.rebuild_all_days(session, user_id, where, now=at("02:00:00")) == 2
    assert {day: totals.top_track_id for day, totals in days_of(user_id).items()} == {
        date(2026, 2, 25): "b",
        date(2026, 2, 26): "a",
    }
    assert stamps_of(user_id) == {
        date(2026, 2, 25): (at("01:00:00"), at("02:00:00")),
        date(2026, 2, 26): (at("02:00:00"), at("02:00:00")),
    }


def lists(artists: int, tracks: int) -> TopLists:
    return TopLists(
        artists={
            time_range: tuple(
                TopArtist(f"a{n}", f"Artist {n}", ("rock",), None, None) for n in range(artists)
            )
            for time_range in TIME_RANGES
        },
        tracks={
            time_range: tuple(
                TopTrack("t", f"Track {n}", "Somebody", None, None, None) for n in range(tracks)
            )
            for time_range in TIME_RANGES
        },
    )


def test_top_lists_are_replaced_whole_and_only_the_listener_s() -> None:
    user_id, other_id = somebody(), somebody()
    for listener, count in ((user_id, 3), (other_id, 3), (user_id, 2)):
        with transaction() as session:
            recording.save_top_lists(session, listener, lists(count, count), now=clock.now())
    assert tops_of(user_id)["artists", "short_term"] == ["Artist 0", "Artist 1"]
    assert tops_of(other_id)["tracks", "long_term"] == ["Track 0", "Track 1", "Track 2"]
    with transaction() as session:
        recording.save_top_lists(session, user_id, lists(0, 0), now=clock.now())
    assert tops_of(user_id) == {}
    assert len(tops_of(other_id)) == 6
