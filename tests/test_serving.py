"""`make run`: the address, the demo beside it, and an end that leaves nothing running."""

import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from tests.support.programs import (
    PATIENCE_SECONDS,
    answers,
    free_port,
    processes_told,
    run,
    started,
    until,
)


@pytest.fixture(autouse=True)
def _sighup_as_usual() -> Iterator[None]:
    """What is started here heeds it, even where the tests themselves run under `nohup`."""
    before = signal.signal(signal.SIGHUP, signal.SIG_DFL)
    yield
    signal.signal(signal.SIGHUP, before)


@pytest.fixture
def variables(tmp_path: Path) -> dict[str, str]:
    """The environment of somebody who has configured nothing.

    The simulator's port is remembered as if from a former demo: the usual one may be taken, between a look
    and its use, by a demo of somebody else at this machine.
    """
    folder = tmp_path / "instance"
    folder.mkdir()
    (folder / "demo_port").write_text(str(free_port()))
    return {
        "INSTANCE_FOLDER": str(folder),
        "PORT": str(free_port()),
        "SPOTIFY_CLIENT_ID": "",
        "SPOTIFY_CLIENT_SECRET": "",
        "DATABASE_URL": "",
        "http_proxy": "http://127.0.0.1:9",
        "NO_PROXY": "",
    }


@pytest.fixture
def session() -> Iterator[requests.Session]:
    with requests.Session() as session:
        session.trust_env = False
        yield session


def printed_address(process: subprocess.Popen[str]) -> tuple[str, str]:
    """Return the address that is printed once the server answers, and what is said of it."""
    assert process.stdout is not None
    for line in process.stdout:
        if found := re.search(r"Spotistats: (\S+)\s+\((.*)\)", line):
            return found[1], found[2]
    raise AssertionError(process.stderr.read() if process.stderr else "")


def fields_of(page: str) -> dict[str, str]:
    return dict(re.findall(r'<input type="hidden" name="([^"]+)"[^>]*? value="([^"]*)"', page))


def test_the_demo(variables: dict[str, str], session: requests.Session, tmp_path: Path) -> None:
    remembered = tmp_path / "instance" / "demo_port"
    variables["DATABASE_URL"] = f"sqlite:///{tmp_path / 'instance' / 'real.sqlite'}"
    with started("spotistats.serving", variables=variables) as process:
        address, what = printed_address(process)
        assert address == f"http://127.0.0.1:{variables['PORT']}"
        assert "demo" in what
        login = session.get(f"{address}/", timeout=10)
        assert 'class="ribbon"' in login.text
        consent = session.post(f"{address}/auth/login", data=fields_of(login.text), timeout=10)
        assert "Let <em>Spotistats</em> read" in consent.text
        simulator = consent.url.partition("/authorize")[0]
        assert simulator == f"http://127.0.0.1:{remembered.read_text()}", "stored covers are there again"
        dashboard = session.post(
            f"{simulator}/authorize", data={**fields_of(consent.text), "decision": "agree"}, timeout=20
        )
        assert dashboard.url == f"{address}/dashboard"
        token = fields_of(dashboard.text)["csrf_token"]
        headers = {"Accept": "application/json", "X-CSRFToken": token}
        synced = session.post(f"{address}/sync", headers=headers, timeout=25)
        assert synced.json()["plays_added"] == 50
        again = session.post(f"{address}/sync", headers=headers, timeout=25)
        assert 0 < again.json()["retry_after"] <= 60, "the demo's pause is short"
        assert len(processes_told(variables["INSTANCE_FOLDER"])) == 5, (
            "with the simulator, and gunicorn's three"
        )
        process.send_signal(signal.SIGINT)
        _said, complained = process.communicate(timeout=PATIENCE_SECONDS)
        assert process.returncode == 0
        told = [line for line in complained.splitlines() if " in sync: " not in line]
        assert told == [], "nothing of the migrations, nor of the servers"
        assert processes_told(variables["INSTANCE_FOLDER"]) == []
    assert not answers(address)
    assert not answers(simulator)
    kept = {path.name for path in (tmp_path / "instance").iterdir()}
    assert kept == {"secret_key", "demo.sqlite", "demo_address", "demo_port", "demo_plays.json"}, (
        "the database for real listening is not touched"
    )


def test_the_demo_takes_another_port_and_ends_with_the_terminal(
    variables: dict[str, str], tmp_path: Path
) -> None:
    remembered = tmp_path / "instance" / "demo_port"
    with socket.create_server(("127.0.0.1", 0)) as other:
        taken = str(other.getsockname()[1])
        remembered.write_text(taken)
        with started("spotistats.serving", variables=variables) as process:
            address, _what = printed_address(process)
            first, second = remembered.read_text().split()
            assert first == taken, "it is not forgotten: the covers there may come back"
            simulator = f"http://127.0.0.1:{second}"
            assert answers(simulator)
            process.send_signal(signal.SIGHUP)
            assert process.wait(timeout=PATIENCE_SECONDS) == 0
    assert not answers(address)
    assert not answers(simulator)


def test_the_end_of_a_terminal_that_sends_no_signal(variables: dict[str, str]) -> None:
    terminal, its_other_end = os.openpty()
    with started("spotistats.serving", variables=variables, stdin=its_other_end) as process:
        os.close(its_other_end)
        address, _what = printed_address(process)
        os.close(terminal)
        assert process.wait(timeout=PATIENCE_SECONDS) == 0
    assert not answers(address)
    assert processes_told(variables["INSTANCE_FOLDER"]) == []


def test_nohup_keeps_it_running(variables: dict[str, str], session: requests.Session) -> None:
    with started(
        "spotistats.serving", variables=variables, program=("nohup", sys.executable, "-m")
    ) as process:
        address, _what = printed_address(process)
        process.send_signal(signal.SIGHUP)
        ignored = re.search(r"SigIgn:\s*(\w+)", Path(f"/proc/{process.pid}/status").read_text())
        assert ignored
        assert int(ignored[1], 16) & 1 << (signal.SIGHUP - 1)
        assert session.get(f"{address}/healthz", timeout=10).status_code == 200
        process.terminate()
        assert process.wait(timeout=PATIENCE_SECONDS) == 0
    assert processes_told(variables["INSTANCE_FOLDER"]) == []


def test_the_end_of_the_simulator_is_the_end_of_the_demo(variables: dict[str, str]) -> None:
    with started("spotistats.serving", variables=variables) as process:
        address, _what = printed_address(process)
        os.kill(child_of(process, "spotistats.simulator"), signal.SIGKILL)
        assert process.wait(timeout=PATIENCE_SECONDS) == 1
        assert process.stderr is not None
        assert "The simulator has ended" in process.stderr.read()
    assert not answers(address)


def child_of(process: subprocess.Popen[str], name: str) -> int:
    """Return the id of the child whose command holds that name."""
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
    [found] = [child for child in children if name in Path(f"/proc/{child}/cmdline").read_text()]
    return int(found)


def test_with_a_spotify_application(
    variables: dict[str, str], session: requests.Session, tmp_path: Path
) -> None:
    application = {"SPOTIFY_CLIENT_ID": "real", "SPOTIFY_CLIENT_SECRET": "hunter2"}
    with started("spotistats.serving", variables={**variables, **application}) as process:
        address, what = printed_address(process)
        assert what == "connected to Spotify"
        login = session.get(f"{address}/login", timeout=10)
        assert "simulat" not in login.text
        start = session.post(
            f"{address}/auth/login", data=fields_of(login.text), timeout=10, allow_redirects=False
        )
        assert start.headers["Location"].startswith("https://accounts.spotify.com/authorize?")
        assert "hunter2" not in start.headers["Location"]
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=PATIENCE_SECONDS) == 0
        assert processes_told(variables["INSTANCE_FOLDER"]) == []
    kept = {path.name for path in (tmp_path / "instance").iterdir()} - {"demo_port"}
    assert kept == {"secret_key", "spotistats.sqlite"}


@pytest.mark.parametrize("moment", ["spotistats.simulator", "upgrade", "gunicorn"])
def test_signals_that_come_twice_and_at_any_moment_leave_nothing(
    variables: dict[str, str], moment: str
) -> None:
    """Whatever has been started by then, and whatever comes while it is being ended."""
    folder = variables["INSTANCE_FOLDER"]

    def has_come() -> bool:
        return any(moment in command_of(child) for child in processes_told(folder))

    with started("spotistats.serving", variables=variables) as process:
        until(has_come, f"{moment} runs")
        for number in (signal.SIGINT, signal.SIGINT, signal.SIGHUP, signal.SIGTERM):
            process.send_signal(number)
        _said, complained = process.communicate(timeout=PATIENCE_SECONDS)
        assert process.returncode == 0
        assert "Traceback" not in complained
        assert processes_told(folder) == []


def command_of(process: int) -> str:
    try:
        return Path(f"/proc/{process}/cmdline").read_text()
    except OSError:
        return ""  # It has ended meanwhile.


def test_make_run_and_a_control_c_for_all_that_it_started(variables: dict[str, str]) -> None:
    """A terminal sends the signal to make and to what it runs alike, in one process group."""
    # What is installed already stays as it is; the environment is the one that the tests run in.
    make = ("make", "--old-file=.venv/installed", f"BIN={Path(sys.executable).parent}")
    with started("run", variables=variables, program=make) as process:
        address, what = printed_address(process)
        assert address == f"http://127.0.0.1:{variables['PORT']}"
        assert "demo" in what
        assert answers(address)
        os.killpg(process.pid, signal.SIGINT)
        _said, complained = process.communicate(timeout=PATIENCE_SECONDS)
        assert "Traceback" not in complained
        assert processes_told(variables["INSTANCE_FOLDER"]) == []
    assert not answers(address)


def test_a_second_one_is_told_of_the_first(variables: dict[str, str], tmp_path: Path) -> None:
    with started("spotistats.serving", variables=variables) as process:
        address, _what = printed_address(process)
        ended = run("spotistats.serving", variables=variables)
        assert ended.status == 1
        assert ended.one_line() == f"Spotistats already runs at {address}"
        (tmp_path / "instance" / "demo.sqlite").rename(tmp_path / "elsewhere.sqlite")
        ended = run("spotistats.serving", variables=variables)
        assert ended.one_line() == f"Spotistats already runs at {address}", "ill, but there"


def test_a_second_demo_of_the_same_folder_is_told_of_the_first(variables: dict[str, str]) -> None:
    """On another port, too. Whatever ends it, no lock is left behind."""
    second = {**variables, "PORT": str(free_port())}
    with started("spotistats.serving", variables=variables) as process:
        address, _what = printed_address(process)
        told = f"A demo from this folder already runs at {address}; Ctrl-C ends it where it was started."
        ended = run("spotistats.serving", variables=second)
        assert (ended.status, ended.one_line()) == (1, told)
        process.kill()
        process.wait()
        ended = run("spotistats.serving", variables=second)
        assert (ended.status, ended.one_line()) == (1, told), "its server is left behind and still answers"
        for left in processes_told(variables["INSTANCE_FOLDER"]):
            os.kill(left, signal.SIGKILL)
        until(lambda: not processes_told(variables["INSTANCE_FOLDER"]), "nothing of it is left")
        with started("spotistats.serving", variables=second) as process_after:
            assert printed_address(process_after)[0] == f"http://127.0.0.1:{second['PORT']}"


def test_two_with_a_spotify_application_may_share_a_folder(variables: dict[str, str]) -> None:
    application = {**variables, "SPOTIFY_CLIENT_ID": "real", "SPOTIFY_CLIENT_SECRET": "hunter2"}
    second = {**application, "PORT": str(free_port())}
    with (
        started("spotistats.serving", variables=application) as one,
        started("spotistats.serving", variables=second) as other,
    ):
        assert printed_address(one)[0] != printed_address(other)[0]


def test_a_taken_port_is_one_line(variables: dict[str, str], tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", int(variables["PORT"]))):
        ended = run("spotistats.serving", variables=variables)
    assert ended.status == 1
    assert ended.one_line().startswith(f"PORT {variables['PORT']} is taken")
    assert not (tmp_path / "instance" / "demo.sqlite").exists()


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"SPOTIFY_CLIENT_ID": "alone"}, "SPOTIFY_CLIENT_SECRET is missing"),
        (
            {
                "SPOTIFY_CLIENT_ID": "real",
                "SPOTIFY_CLIENT_SECRET": "hunter2",
                "DATABASE_URL": "sqlite:////nowhere/at/all/x.sqlite",
            },
            "DATABASE_URL: this database cannot be reached",
        ),
    ],
)
def test_what_cannot_be_used_is_one_line(
    variables: dict[str, str], given: dict[str, str], words: str
) -> None:
    ended = run("spotistats.serving", variables={**variables, **given})
    assert ended.status == 1
    assert ended.one_line().startswith(words)
