"""`make bench`: measure everything in one run and write benchmarks/RESULTS.md."""

import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from benchmarks import browser, cold, dashboard, load, memory, others, results, servers, stored, sync, weight
from benchmarks.results import Section
from benchmarks.stored import Stored
from spotistats.simulator import Simulator
from tests.support import postgres

_RESULTS = Path(__file__).with_name("RESULTS.md")


def main() -> None:
    """Measure, tell each part when it is done, and write the results."""
    began = time.monotonic()
    sections = []
    with tempfile.TemporaryDirectory(prefix="spotistats-bench-") as folder, Simulator() as simulator:
        for section in _sections(Path(folder), simulator):
            sections.append(section)
            print(f"{time.monotonic() - began:5.0f} s  {section.title}", flush=True)
            for bar in section.bars:
                print(f"         {bar.what}: {bar.measured} ({bar.promised})", flush=True)
    _RESULTS.write_text(results.as_markdown(sections, loader=load.loader()))
    print(f"Written: {_RESULTS}")


def _sections(folder: Path, simulator: Simulator) -> Iterator[Section]:
    with stored.sqlite(folder, simulator) as filled:
        yield from _dashboard(filled)
        yield from _one_at_a_time(filled, simulator)
    if postgres.programs() is None:
        print("PostgreSQL is not installed, so nothing is measured on it.")
        return
    with stored.postgresql(folder, simulator) as filled:
        yield from _dashboard(filled)
        with servers.gunicorn("wsgi:app", filled.variables) as server:
            yield others.measured(filled.kind, browser.signed_in(server, filled.cookie), simulator)


def _dashboard(filled: Stored) -> Iterator[Section]:
    with (
        servers.gunicorn("wsgi:app", filled.variables) as server,
        servers.gunicorn("benchmarks.bare:app", filled.variables) as bare,
        stored.committing(filled) as commit,
    ):
        signed_in = browser.signed_in(server, filled.cookie)
        yield dashboard.measured(filled.kind, signed_in, bare)
        yield cold.measured(filled.kind, signed_in, bare, commit)


def _one_at_a_time(filled: Stored, simulator: Simulator) -> Iterator[Section]:
    with servers.gunicorn("wsgi:app", filled.variables, workers=1) as server:
        signed_in = browser.signed_in(server, filled.cookie)
        yield weight.measured(signed_in)
        yield memory.measured(signed_in)
    with servers.gunicorn("wsgi:app", filled.variables) as server:
        signed_in = browser.signed_in(server, filled.cookie)
        yield sync.measured(signed_in, simulator)
        yield others.measured(filled.kind, signed_in, simulator)


if __name__ == "__main__":
    main()
