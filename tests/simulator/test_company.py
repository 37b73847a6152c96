from datetime import UTC, datetime, timedelta
from itertools import pairwise

import requests

from spotistats.simulator import Simulator
from spotistats.simulator.company import LASTS, Company
from spotistats.simulator.life import MARA, Life, life_of
from tests.simulator.conftest import Get

NIGHT = datetime(2026, 6, 18, 2, 30, 0, 417_000, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
# Every hour of a week, so that there are sessions of the life, pauses and nights among them.
HOURS = [NIGHT + timedelta(hours=hour) for hour in range(7 * 24)]


def company_at(start: datetime, life: Life | None = None) -> Company:
    company = Company(life or life_of(MARA, 7))
    company.look(start)
    return company


def test_whenever_somebody_looks_there_is_a_new_play_within_minutes() -> None:
    waits = []
    for start in HOURS:
        company = company_at(start)
        seen = company.recent(start, 50)
        new = [play for play in company.recent(start + 20 * MINUTE, 50) if play not in seen]
        waits.append(new[-1].ended_at - start)
    assert max(waits) < 10 * MINUTE, "a long track is on"
    assert sum(wait < 2 * MINUTE for wait in waits) > len(waits) * 0.85
    assert sum(wait < 5 * MINUTE for wait in waits) > len(waits) * 0.98


def test_nothing_overlaps_and_nothing_that_was_seen_goes() -> None:
    for start in HOURS:
        company = company_at(start)
        early = company.recent(start + 10 * MINUTE, 50)
        company.look(start + 10 * MINUTE)
        late = company.recent(start + 40 * MINUTE, 100)
        assert set(early) <= set(late)
        for newer, older in pairwise(late):
            assert older.ended_at <= newer.started_at < newer.ended_at


def test_the_music_ends_a_while_after_the_last_look_and_begins_with_the_next() -> None:
    company = company_at(NIGHT)
    morning = NIGHT + timedelta(hours=2)
    newest = company.recent(morning, 50)[0]
    assert NIGHT + LASTS <= newest.ended_at < NIGHT + LASTS + 2 * MINUTE
    company.look(morning)
    assert company.recent(morning, 50)[0] == newest
    assert company.recent(morning + 3 * MINUTE, 50)[0].started_at >= morning.replace(microsecond=0)


def test_what_is_played_comes_from_seed_and_moment() -> None:
    later = NIGHT + 20 * MINUTE
    plays = company_at(NIGHT).recent(later, 20)
    assert plays == company_at(NIGHT, Life(MARA, 7)).recent(later, 20)
    assert plays != company_at(NIGHT + timedelta(seconds=1)).recent(later, 20)
    assert plays != company_at(NIGHT, Life(MARA, 8)).recent(later, 20)


def test_over_http_each_look_lets_it_go_on(http: requests.Session) -> None:
    with Simulator(keep_company=True) as simulator:
        simulator.clock.set(datetime.now(UTC))
        headers = {"Authorization": f"Bearer {simulator.grant('demo')['access_token']}"}
        address, newest = f"{simulator.api_url}/me/player/recently-played", ""
        for _ in range(5):
            items = http.get(address, headers=headers, timeout=5).json()["items"]
            assert items[0]["played_at"] > newest
            newest = items[0]["played_at"]
            simulator.clock.advance(10 * MINUTE)


def test_without_it_there_is_the_life_alone(simulator: Simulator, get: Get) -> None:
    simulator.clock.set(NIGHT)
    before = get("/me/player/recently-played").json()["items"]
    simulator.clock.advance(10 * MINUTE)
    assert get("/me/player/recently-played").json()["items"] == before
