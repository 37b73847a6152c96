"""Local days, whatever the clocks of the world have done."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spotistats import clock
from tests.support.listeners import moment

HOUR = timedelta(hours=1)
zones = st.sampled_from(clock.zone_names())
moments = st.datetimes(
    datetime(2006, 1, 2),  # noqa: DTZ001  The strategy adds the zone.
    datetime(2060, 1, 1),  # noqa: DTZ001
    timezones=st.just(UTC),
)


def check_span(moment: datetime, where: ZoneInfo) -> None:
    """Assert that of the day on which the moment lies and its neighbours, that day alone holds it."""
    today = clock.local_date(moment, where)
    for day in (today - timedelta(days=1), today, today + timedelta(days=1)):
        span = clock.span(day, day, where)
        is_inside = span.start <= moment < span.end and not span.left_at <= moment < span.back_at
        assert is_inside == (day == today), (day, span)


@settings(deadline=None, max_examples=300)
@given(zone=zones, when=moments)
def test_every_moment_lies_in_the_span_of_its_day_and_of_no_other(zone: str, when: datetime) -> None:
    check_span(when, clock.zone(zone))


@pytest.mark.parametrize(
    "zone",
    [
        "America/St_Johns",  # Set its clocks at one minute past midnight until 2011.
        "Antarctica/Casey",  # Went back three hours at two o'clock, twice.
        "Antarctica/Troll",
        "Pacific/Apia",  # Skipped a whole day.
        "America/Havana",  # Skips midnight in spring, repeats it in autumn.
        "Asia/Gaza",
        "Australia/Lord_Howe",
        "Africa/Casablanca",
        "America/Scoresbysund",
    ],
)
def test_every_quarter_of_an_hour_around_a_change_has_its_day(zone: str) -> None:
    where = clock.zone(zone)
    offset = None
    when = datetime(2006, 1, 1, tzinfo=UTC)
    while when < datetime(2014, 1, 1, tzinfo=UTC):
        changed, offset = when.astimezone(where).utcoffset() != offset, when.astimezone(where).utcoffset()
        if changed:
            for quarter in range(-120, 120):
                close = when + quarter * timedelta(minutes=15)
                check_span(close, where)
                check_span(close - timedelta(milliseconds=1), where)
        when += 12 * HOUR


@settings(deadline=None, max_examples=200)
@given(zone=zones, when=moments)
def test_a_day_begins_when_the_calendar_first_shows_it(zone: str, when: datetime) -> None:
    where = clock.zone(zone)
    day = clock.local_date(when, where)
    start = clock.day_start(day, where)
    assert clock.local_date(start, where) == day
    assert clock.local_date(start - timedelta(seconds=1), where) < day


@pytest.mark.parametrize(
    ("zone", "day", "start"),
    [
        ("UTC", date(2024, 2, 29), "2024-02-29T00:00:00Z"),
        ("Europe/Berlin", date(2026, 3, 29), "2026-03-28T23:00:00Z"),
        ("Europe/Berlin", date(2026, 3, 30), "2026-03-29T22:00:00Z"),
        ("Europe/Berlin", date(2026, 10, 25), "2026-10-24T22:00:00Z"),
        ("Europe/Berlin", date(2026, 10, 26), "2026-10-25T23:00:00Z"),
        ("America/Havana", date(2026, 3, 8), "2026-03-08T05:00:00Z"),
        ("America/Havana", date(2026, 11, 1), "2026-11-01T04:00:00Z"),
        ("Asia/Kathmandu", date(2026, 1, 1), "2025-12-31T18:15:00Z"),
        ("Pacific/Chatham", date(2026, 1, 1), "2025-12-31T10:15:00Z"),
        ("Pacific/Apia", date(2011, 12, 31), "2011-12-30T10:00:00Z"),
        ("America/St_Johns", date(2010, 11, 7), "2010-11-07T02:30:00Z"),
    ],
)
def test_where_days_begin(zone: str, day: date, start: str) -> None:
    assert clock.day_start(day, clock.zone(zone)) == moment(start)


@pytest.mark.parametrize(
    ("zone", "when", "day"),
    [
        ("Pacific/Kiritimati", "2026-01-01T09:59:59.999Z", date(2026, 1, 1)),
        ("Pacific/Kiritimati", "2026-01-01T10:00:00Z", date(2026, 1, 2)),
        ("Pacific/Pago_Pago", "2026-01-01T10:59:59.999Z", date(2025, 12, 31)),
        ("Pacific/Apia", "2011-12-30T09:59:59.999Z", date(2011, 12, 29)),
        ("Pacific/Apia", "2011-12-30T10:00:00Z", date(2011, 12, 31)),
        # The first minute of the seventh, then an hour of the sixth again.
        ("America/St_Johns", "2010-11-07T02:30:30Z", date(2010, 11, 7)),
        ("America/St_Johns", "2010-11-07T02:31:00Z", date(2010, 11, 6)),
        ("America/St_Johns", "2010-11-07T03:30:00Z", date(2010, 11, 7)),
    ],
)
def test_the_date_that_a_calendar_showed(zone: str, when: str, day: date) -> None:
    assert clock.local_date(moment(when), clock.zone(zone)) == day


@pytest.mark.parametrize(
    "name", ["", "utc+2", "Europe/Atlantis", "../../etc/passwd", "/etc/passwd", "localtime", "Europe", "\0"]
)
def test_what_is_no_zone(name: str) -> None:
    assert not clock.is_zone(name)
    assert clock.zone(name).key == "UTC"


def test_zones_are_listed_in_order() -> None:
    names = clock.zone_names()
    assert list(names) == sorted(names)
    assert {"UTC", "Europe/Berlin", "America/St_Johns"} <= set(names)
    assert all(map(clock.is_zone, names))


def test_now_is_utc() -> None:
    assert clock.now().utcoffset() == timedelta(0)


def test_the_last_days_end_today() -> None:
    assert clock.last_days(7, date(2024, 3, 1)) == (date(2024, 2, 24), date(2024, 3, 1))
    assert clock.last_days(1, date(2024, 3, 1)) == (date(2024, 3, 1), date(2024, 3, 1))


def test_each_day_counts_a_leap_day() -> None:
    days = list(clock.each_day(date(2024, 2, 28), date(2024, 3, 1)))
    assert days == [date(2024, 2, 28), date(2024, 2, 29), date(2024, 3, 1)]
    assert list(clock.each_day(date(2024, 3, 1), date(2024, 2, 28))) == []


def test_the_seconds_until_a_moment_are_rounded_up() -> None:
    now = moment("2026-01-01T00:00:00Z")
    assert clock.seconds_until(None, now) == 0
    assert clock.seconds_until(now, now) == 0
    assert clock.seconds_until(now - HOUR, now) == 0
    assert clock.seconds_until(now + timedelta(milliseconds=1), now) == 1
    assert clock.seconds_until(now + HOUR, now) == 3600


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "1 second"),
        (1, "1 second"),
        (59, "59 seconds"),
        (60, "1 minute"),
        (61, "2 minutes"),
        (3600, "1 hour"),
        (3601, "2 hours"),
        (86_400, "1 day"),
        (7 * 86_400, "7 days"),
    ],
)
def test_a_span_in_words_is_never_too_short(seconds: int, words: str) -> None:
    assert clock.in_words(seconds) == words


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (1, "1 second"),
        (59, "59 seconds"),
        (162, "2 minutes"),
        (3599, "59 minutes"),
        (3660, "1 hour"),
        (777_600, "9 days"),
    ],
)
def test_an_age_in_words_is_never_too_old(seconds: int, words: str) -> None:
    assert clock.age_in_words(seconds) == words


def test_things_are_counted_in_words() -> None:
    assert [clock.counted(number, "play") for number in (0, 1, 2, 1284)] == [
        "0 plays",
        "1 play",
        "2 plays",
        "1,284 plays",
    ]


def test_the_zones_to_choose_from_are_known_and_lie_in_their_regions() -> None:
    regions = clock.zones_by_region()
    assert all(names for names in regions.values())
    for region, names in regions.items():
        assert list(names) == sorted(set(names))
        assert all(clock.is_zone(name) and name.startswith(f"{region}/") for name in names)


@pytest.mark.parametrize(
    ("older", "name"),
    [
        ("Asia/Calcutta", "Asia/Kolkata"),
        ("Europe/Kiev", "Europe/Kyiv"),
        ("America/Buenos_Aires", "America/Argentina/Buenos_Aires"),
        ("Africa/Asmera", "Africa/Asmara"),
        ("Pacific/Truk", "Pacific/Chuuk"),
        ("Europe/Amsterdam", "Europe/Amsterdam"),  # An older name of Brussels' zone, says tzdata; but listed.
        ("UTC", "UTC"),
        ("Etc/GMT+3", "Etc/GMT+3"),
    ],
)
def test_older_names_of_zones_lead_to_those_of_the_list(older: str, name: str) -> None:
    assert clock.modern_name(older) == name
    assert (older in clock.older_names().get(name, ())) == (older != name)


def test_every_older_name_is_a_zone_that_is_not_listed() -> None:
    listed = {name for names in clock.zones_by_region().values() for name in names}
    assert set(clock.older_names()) <= listed
    for older in (older for names in clock.older_names().values() for older in names):
        assert clock.is_zone(older)
        assert older not in listed


def test_the_offsets_of_the_zones_are_those_of_the_season() -> None:
    winter, summer = (clock.offsets(moment(f"2026-{month}-15T12:34:56Z")) for month in ("01", "07"))
    assert (winter["Europe/Berlin"], summer["Europe/Berlin"]) == ("UTC+1", "UTC+2")
    assert (winter["Europe/London"], summer["Europe/London"]) == ("UTC", "UTC+1")
    assert winter["Asia/Kathmandu"] == "UTC+5:45"
    assert winter["America/St_Johns"] == "UTC−3:30"
    assert set(winter) == {name for names in clock.zones_by_region().values() for name in names}


def test_nothing_is_left_out_of_ordinary_days() -> None:
    where = clock.zone("Asia/Kathmandu")
    span = clock.span(date(2026, 3, 1), date(2026, 3, 7), where)
    assert (span.start, span.end) == (
        clock.day_start(date(2026, 3, 1), where),
        clock.day_start(date(2026, 3, 8), where),
    )
    assert span.left_at == span.back_at == span.end


def test_an_hour_of_the_day_before_is_left_out_of_the_first_of_several_days() -> None:
    """Newfoundland went from one minute past midnight of the seventh back into the sixth."""
    where = clock.zone("America/St_Johns")
    span = clock.span(date(2010, 11, 7), date(2010, 11, 9), where)
    assert span.back_at - span.left_at == timedelta(minutes=59)
    assert clock.local_date(span.left_at, where) == date(2010, 11, 6)
    assert clock.local_date(span.back_at, where) == date(2010, 11, 7)
    assert span.end == clock.day_start(date(2010, 11, 10), where)


@pytest.mark.parametrize(
    ("day", "end"),
    [
        ("2026-01-31", "2026-01-31"),
        ("2026-02-01", "2026-02-28"),
        ("2028-02-29", "2028-02-29"),
        ("2026-12-09", "2026-12-31"),
    ],
)
def test_the_end_of_a_month(day: str, end: str) -> None:
    assert clock.month_end(date.fromisoformat(day)) == date.fromisoformat(end)
