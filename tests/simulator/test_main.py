import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

import spotistats.simulator
from spotistats.simulator.__main__ import main

ROOT = Path(spotistats.simulator.__file__).parents[2]


@pytest.fixture
def process() -> Iterator[subprocess.Popen[str]]:
    with subprocess.Popen(
        [sys.executable, "-m", "spotistats.simulator", "--port", "0", "--client-id", "my-id", "--control"],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as running:
        yield running
        running.kill()


def address(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    line = process.stdout.readline()
    found = re.fullmatch(r"Spotify simulator on (http://127\.0\.0\.1:\d+)\n", line)
    assert found, line
    return found[1]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_serves_until_it_is_told_to_end(
    process: subprocess.Popen[str], http: requests.Session, number: signal.Signals
) -> None:
    origin = address(process)
    assert http.get(f"{origin}/v1/me", timeout=5).status_code == 401
    assert http.get(f"{origin}/simulator/calls", timeout=5).status_code == 200
    assert "Invalid redirect" in http.get(f"{origin}/authorize?client_id=my-id", timeout=5).text
    process.send_signal(number)
    out, err = process.communicate(timeout=10)
    assert (process.returncode, out, err) == (0, "", "")


def test_a_taken_port_is_said_in_one_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        monkeypatch.setattr(sys, "argv", ["simulator", "--port", str(taken.getsockname()[1])])
        assert main() == 1
    out, err = capsys.readouterr()
    assert out == ""
    assert err.count("\n") == 1
    assert "Address already in use" in err
