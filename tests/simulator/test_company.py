from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from shutil import rmtree

import pytest
import requests

from spotistats.simulator import Simulator
from spotistats.simulator.company import LASTS, Company
from spotistats.simulator.life import MARA, Life, life_of
from spotistats.simulator.memory import LONGEST_STRETCH, Memory
from tests.simulator.conftest import Get

NIGHT = datetime(2026, 6, 18, 2, 30, 0, 417_000, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
# Every hour of a week, so that there are sessions of the life, pauses and nights among them.
HOURS = [NIGHT + timedelta(hours=hour) for hour in range(7 * 24)]


def company_at(start: datetime, life: Life | None = None, memory: Memory | None = None) -> Company:
    company = Company(life or life_of(MARA, 7), start, memory)
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
    assert company.recent(morning + 3 * MINUTE, 50)[0].started_at >= morning


def test_a_look_while_the_last_track_is_still_on_waits_for_its_end() -> None:
    for seconds in range(1, 120, 7):
        company = company_at(NIGHT)
        company.look(NIGHT + LASTS + timedelta(seconds=seconds))
        for newer, older in pairwise(company.recent(NIGHT + 2 * LASTS, 60)):
            assert older.ended_at <= newer.started_at


def test_what_was_played_is_still_there_after_a_restart(tmp_path: Path) -> None:
    kept, now = tmp_path / "plays.json", NIGHT
    before = company_at(now, memory=Memory(kept)).recent(now, 50)
    for hours in (0.1, 0.2, 0.2, 7, 0.7, 0.3, 30):
        now += timedelta(hours=hours)
        company = company_at(now, memory=Memory(kept))
        after = company.recent(now, 50)
        new = [play for play in after if play not in before]
        assert after == [*new, *before][:50], "the list only ever moves on"
        assert all(play.ended_at > before[0].ended_at for play in new)
        assert company.recent(now, 500) == Company(life_of(MARA, 7), now, Memory(kept)).recent(now, 500)
        before = after


def test_music_of_a_clock_that_was_ahead_is_forgotten(tmp_path: Path) -> None:
    kept = tmp_path / "plays.json"
    before = company_at(NIGHT, memory=Memory(kept)).recent(NIGHT, 50)
    for ahead in (timedelta(minutes=20), timedelta(hours=5), timedelta(days=400)):
        company_at(NIGHT + ahead, memory=Memory(kept))
    now = NIGHT + 5 * MINUTE
    company = company_at(now, memory=Memory(kept))
    assert Memory(kept).stretches("demo") == [
        (NIGHT.replace(microsecond=0) + timedelta(seconds=1), now + LASTS)
    ]
    after = company.recent(now + 20 * MINUTE, 50)
    new = [play for play in after if play not in before]
    assert new, "there is music again while somebody looks"
    assert after == [*new, *before][:50]


def test_music_that_never_pauses_is_told_the_same_after_a_restart(tmp_path: Path) -> None:
    """What is kept of it lies in several stretches, each of which is short enough to be taken in again."""
    kept = tmp_path / "plays.json"
    company, now, seen = company_at(NIGHT, memory=Memory(kept)), NIGHT, set()
    for _ in range(3 * 30):
        now += 20 * MINUTE
        company.look(now)
        seen.update(company.recent(now, 50))
    stretches = Memory(kept).stretches("demo")
    assert len(stretches) == 3
    assert max(ends - begins for begins, ends in stretches) <= LONGEST_STRETCH
    plays = company.recent(now, 2000)
    assert seen <= set(plays)
    assert Company(life_of(MARA, 7), now, Memory(kept)).recent(now, 2000) == plays
    for newer, older in pairwise(plays):
        assert older.ended_at <= newer.started_at


def test_over_many_restarts_days_stay_believable_and_the_memory_small(tmp_path: Path) -> None:
    kept = tmp_path / "plays.json"
    looks = [NIGHT + timedelta(days=day, hours=hour) for day in range(40) for hour in (10, 16, 17)]
    for now in looks:
        company_at(now, memory=Memory(kept))
    plays = Company(life_of(MARA, 7), looks[-1], Memory(kept)).recent(looks[-1] + LASTS, 2000)
    days: dict[date, timedelta] = {}
    for play in plays:
        day = play.ended_at.date()
        days[day] = days.get(day, timedelta()) + (play.ended_at - play.started_at)
    assert max(days.values()) < timedelta(hours=11)
    assert kept.stat().st_size < 10_000
    fifty_ago = plays[50].ended_at
    assert fifty_ago > Memory(kept).stretches("demo")[0].begins, "what is forgotten is off the list anyway"


def test_what_is_played_comes_from_seed_and_moment() -> None:
    later = NIGHT + 20 * MINUTE
    plays = company_at(NIGHT).recent(later, 20)
    assert plays == company_at(NIGHT, Life(MARA, 7)).recent(later, 20)
    assert plays != company_at(NIGHT + timedelta(seconds=1)).recent(later, 20)
    assert plays != company_at(NIGHT, Life(MARA, 8)).recent(later, 20)


def test_a_simulator_that_starts_again_tells_the_same(http: requests.Session, tmp_path: Path) -> None:
    def told(now: datetime) -> list[str]:
        with Simulator(keep_company=True, memory=tmp_path / "plays.json") as simulator:
            simulator.clock.set(now)
            headers = {"Authorization": f"Bearer {simulator.grant('demo-jonas')['access_token']}"}
            address = f"{simulator.api_url}/me/player/recently-played?limit=50"
            items = http.get(address, headers=headers, timeout=5).json()["items"]
            return [item["played_at"] for item in items]

    now = datetime.now(UTC) + 20 * MINUTE
    first = told(now)
    assert told(now) == first
    later = told(now + 5 * MINUTE)
    assert later != first
    assert later == [*(moment for moment in later if moment > first[0]), *first][:50]


def test_a_disk_that_is_full_is_said_once_and_refuses_nobody_the_plays(
    http: requests.Session, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "instance"
    folder.mkdir()
    with Simulator(keep_company=True, memory=folder / "plays.json") as simulator:
        simulator.clock.set(datetime.now(UTC))
        assert capsys.readouterr().err == ""
        rmtree(folder)  # For root, who may write everywhere, it stands for a disk that takes nothing more.
        newest = ""
        for name in ("demo", "demo", "demo-jonas"):
            headers = {"Authorization": f"Bearer {simulator.grant(name)['access_token']}"}
            answer = http.get(f"{simulator.api_url}/me/player/recently-played", headers=headers, timeout=5)
            assert answer.status_code == 200
            if name == "demo":
                assert answer.json()["items"][0]["played_at"] > newest, "the music goes on"
                newest = answer.json()["items"][0]["played_at"]
            simulator.clock.advance(10 * MINUTE)
    said = capsys.readouterr().err
    assert (
        said == f"The simulator can't keep its memory in {folder / 'plays.json'}: No such file or directory\n"
    )


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
