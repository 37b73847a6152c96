"""The server while its threads are taken: by syncs that wait for Spotify, and by who reads slowly."""

import re
import socket
import sqlite3
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, contextmanager
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

import psycopg
import pytest
import requests
from sqlalchemy import update

from spotistats import create_app
from spotistats.extensions import transaction
from spotistats.models import Track
from spotistats.simulator import Simulator
from tests.support.databases import dispose
from tests.support.programs import answers, free_port, started, until
from tests.support.rows import Heard, store_plays, user_id_of
from tests.support.settings import app_settings

THREADS = 8
ANSWER_SECONDS = 25


@pytest.fixture
def variables(database_url: str, simulator: Simulator) -> dict[str, str]:
    return app_settings(
        database_url,
        PORT=str(free_port()),
        SPOTIFY_ACCOUNTS_URL=simulator.accounts_url,
        SPOTIFY_API_URL=simulator.api_url,
    )


@contextmanager
def served(variables: dict[str, str], *options: str) -> Iterator[str]:
    """Run the server; yield its address."""
    address = f"http://127.0.0.1:{variables['PORT']}"
    with started("gunicorn", "--log-level", "warning", *options, "wsgi:app", variables=variables):
        until(lambda: answers(f"{address}/healthz"), "the server answers")
        yield address


def form_token(page: str) -> str:
    found = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert found is not None
    return found[1]


@contextmanager
def signed_in(address: str, simulator: Simulator, name: str) -> Iterator[requests.Session]:
    """Yield what a program of that listener asks with; each of its requests has a connection of its own."""
    with requests.Session() as session:
        session.trust_env = False
        session.headers["Connection"] = "close"
        token = form_token(session.get(f"{address}/login", timeout=10).text)
        start = session.post(
            f"{address}/auth/login", data={"csrf_token": token}, timeout=10, allow_redirects=False
        )
        dashboard = session.get(simulator.decide(start.headers["Location"], name), timeout=10)
        assert dashboard.url == f"{address}/dashboard"
        session.headers["X-CSRFToken"] = form_token(dashboard.text)
        yield session


def sync(address: str, session: requests.Session) -> requests.Response:
    return session.post(f"{address}/sync", headers={"Accept": "application/json"}, timeout=60)


def status_and_seconds(address: str) -> tuple[int, float]:
    began = time.monotonic()
    answer = requests.get(address, timeout=60, headers={"Connection": "close"})
    return answer.status_code, time.monotonic() - began


def test_with_all_threads_at_spotify_a_page_waits_for_the_first_that_is_free(
    variables: dict[str, str], simulator: Simulator
) -> None:
    """gunicorn does not look which worker has a thread free: three times as many syncs fill them all."""
    names = [f"listener-{number}" for number in range(3 * THREADS)]
    for name in names:
        simulator.add_listener(name, account_id=f"account-{name}", display_name=name)
    with served(variables) as address, ExitStack() as stack:
        sessions = [stack.enter_context(signed_in(address, simulator, name)) for name in names]
        simulator.faults.add("/v1/me/player", "hang", seconds=60)
        with ThreadPoolExecutor(len(names) + 2) as people:
            syncs = [people.submit(sync, address, session) for session in sessions]
            until(lambda: len(simulator.calls_to("/v1/me/player")) >= THREADS, "all threads are at Spotify")
            assert (
                len(simulator.calls_to("/v1/me/player")) == THREADS
            )  # At once: each asks again after a while.
            later = [people.submit(status_and_seconds, f"{address}{path}") for path in ("/healthz", "/login")]
            simulator.faults.clear()  # For those that still wait for a thread.
            for answer in later:
                status, seconds = answer.result()
                assert status == 200
                assert seconds < ANSWER_SECONDS
            statuses = {answer.result().status_code for answer in syncs}
            assert statuses <= {200, 502}, "each is answered, whatever Spotify did"
        for path in ("/healthz", "/login"):
            status, seconds = status_and_seconds(f"{address}{path}")
            assert (status, seconds < 5) == (200, True)


def is_between_transactions(database_url: str) -> bool:
    """Tell whether no other process has a transaction open."""
    if database_url.startswith("postgresql"):
        with psycopg.connect(database_url.replace("+psycopg", "")) as connection:
            row = connection.execute(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
                " AND pid <> pg_backend_pid() AND xact_start IS NOT NULL AND backend_type = 'client backend'"
            ).fetchone()
            return row == (0,)
    with closing(sqlite3.connect(database_url.removeprefix("sqlite:///"), timeout=0)) as file:
        file.execute("UPDATE data_version SET number = number + 1")
        file.commit()
        is_busy, _pages, _moved = file.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        return not is_busy  # Who still reads what was there before would keep it from being cut off.


def store_a_long_history(variables: dict[str, str], name: str, *, plays: int) -> None:
    """Store plays whose download is far larger than what a network takes in without a reader."""
    app = create_app(variables)
    with app.app_context():
        now = datetime.now(UTC)
        store_plays(user_id_of(name), [Heard(now - timedelta(minutes=5 * number)) for number in range(plays)])
        with transaction() as session:
            session.execute(update(Track).values(name="x" * 4000))
        dispose(app)


@contextmanager
def slow_download(address: str, session: requests.Session) -> Iterator[socket.socket]:
    """Ask for all plays and read no more than the beginning."""
    place = urlsplit(address)
    assert place.hostname is not None
    assert place.port is not None
    with socket.socket() as client:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        client.settimeout(20)
        client.connect((place.hostname, place.port))
        cookies = "; ".join(f"{cookie.name}={cookie.value}" for cookie in session.cookies)
        head = f"GET /my-data/plays.csv HTTP/1.1\r\nHost: {place.netloc}\r\nCookie: {cookies}\r\n\r\n"
        client.sendall(head.encode())
        assert client.recv(15) == b"HTTP/1.1 200 OK"
        yield client


def test_a_download_that_is_read_slowly_holds_no_transaction_and_a_thread_until_its_reader_goes(
    variables: dict[str, str], simulator: Simulator
) -> None:
    with (
        served(variables, "--workers", "1", "--threads", "2") as address,
        signed_in(address, simulator, "alice") as alice,
    ):
        store_a_long_history(variables, "alice", plays=5000)
        with slow_download(address, alice):
            until(lambda: is_between_transactions(variables["DATABASE_URL"]), "nothing is held open")
            assert alice.get(f"{address}/dashboard", timeout=10).status_code == 200
            assert sync(address, alice).status_code == 200, "others write meanwhile"
            with slow_download(address, alice):
                until(lambda: is_between_transactions(variables["DATABASE_URL"]), "nothing is held open")
                with pytest.raises(requests.Timeout):
                    requests.get(f"{address}/healthz", timeout=1)  # Both threads are taken.
        status, seconds = status_and_seconds(f"{address}/healthz")
        assert (status, seconds < 10) == (200, True), "who goes away frees the thread"
