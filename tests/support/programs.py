"""Our programs as people start them: in processes of their own."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import requests

from spotistats.config import ROOT

PATIENCE_SECONDS = 60  # gunicorn may give its workers 30 to end.
_PYTHON = (sys.executable, "-m")


@dataclass(frozen=True)
class Ended:
    """How a program ended and what it said."""

    status: int
    said: str
    complained: str

    def one_line(self) -> str:
        """Return what it complained about: a single line, and no traceback."""
        lines = [line for line in self.complained.splitlines() if line.strip()]
        assert len(lines) == 1, self.complained
        assert "Traceback" not in self.complained
        return lines[0]


def environment(variables: Mapping[str, str]) -> dict[str, str]:
    """Return the environment of a program that is to know these variables and nothing of the developer's."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    return {**kept, "PYTHONPATH": str(ROOT), "PYTHONWARNINGS": "", "NO_PROXY": "127.0.0.1", **variables}


def run(*arguments: str, variables: Mapping[str, str], cwd: Path = ROOT) -> Ended:
    """Run `python -m …` to its end."""
    done = subprocess.run(
        [sys.executable, "-m", *arguments],
        env=environment(variables),
        cwd=cwd,
        capture_output=True,
        text=True,
        timeout=PATIENCE_SECONDS,
        check=False,
    )
    return Ended(done.returncode, done.stdout, done.stderr)


def flask(*arguments: str, variables: Mapping[str, str], cwd: Path = ROOT) -> Ended:
    """Run a command of the application's."""
    return run("flask", "--app", "wsgi", *arguments, variables=variables, cwd=cwd)


@contextmanager
def started(
    *arguments: str,
    variables: Mapping[str, str],
    cwd: Path = ROOT,
    program: Sequence[str] = _PYTHON,
    stdin: int | None = None,
) -> Iterator[subprocess.Popen[str]]:
    """Start `python -m …` in a process group of its own, of which nothing is left afterwards."""
    process = subprocess.Popen(
        [*program, *arguments],
        env=environment(variables),
        cwd=cwd,
        stdin=stdin,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    try:
        yield process
    finally:
        if process.poll() is None:
            process.terminate()  # At SIGINT, a worker of gunicorn's may wait for a lock that it holds itself.
        try:
            process.communicate(timeout=PATIENCE_SECONDS)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.communicate()
            raise


def until(is_so: Callable[[], bool], what: str) -> None:
    """Wait until something is so, for a while."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not is_so():
        assert time.monotonic() < deadline, f"waited in vain until {what}"
        time.sleep(0.05)


def answers(address: str) -> bool:
    """Tell whether a server answers at that address."""
    with requests.Session() as session:
        session.trust_env = False
        try:
            session.get(address, timeout=5)
        except requests.RequestException:
            return False
        return True


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port: int = listening.getsockname()[1]
        return port


def processes_told(word: str) -> list[int]:
    """Return the ids of the processes, of whatever group, that have this word in their environment."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            if word.encode() in (folder / "environ").read_bytes():
                found.append(int(folder.name))
        except OSError:
            continue  # It has ended meanwhile, or is somebody else's.
    return found


def processes_of_group(group: int) -> list[int]:
    """Return the ids of the processes in a process group that are alive."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            state, _parent, its_group = (folder / "stat").read_text().rpartition(")")[2].split()[:3]
        except OSError:
            continue  # It has ended meanwhile.
        if int(its_group) == group and state != "Z":
            found.append(int(folder.name))
    return found
