"""Run the simulator on its own: `python -m spotistats.simulator --port 8001`."""

import argparse
import signal
import sys
from pathlib import Path
from threading import Event, Thread

from .server import Simulator


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m spotistats.simulator", description="A stand-in for Spotify."
    )
    parser.add_argument(
        "--port",
        dest="ports",
        type=int,
        nargs="+",
        default=[8001],
        help="the first that is free; 0 takes any",
    )
    parser.add_argument("--client-id", default="simulator-client")
    parser.add_argument("--client-secret", default="simulator-secret")
    parser.add_argument(
        "--seed", type=int, default=7, help="another number is another catalogue and other lives"
    )
    parser.add_argument("--latency", type=float, default=0.0, help="seconds before each answer")
    parser.add_argument("--token-lifetime", type=float, default=3600, help="seconds")
    parser.add_argument("--rotate-refresh-tokens", action="store_true")
    parser.add_argument(
        "--keep-company", action="store_true", help="let there be new plays whenever somebody looks"
    )
    parser.add_argument(
        "--memory", type=Path, metavar="FILE", help="keep in it what --keep-company must not forget"
    )
    parser.add_argument("--application", metavar="NAME", help="who asks for consent, instead of an address")
    parser.add_argument(
        "--control", action="store_true", help="serve the controls for tests under /simulator"
    )
    return parser.parse_args()


def main() -> int:
    """Serve until SIGTERM or SIGINT; returns the exit status."""
    arguments = _arguments()
    simulator = Simulator(**vars(arguments))
    try:
        simulator.start()
    except OSError as error:
        sys.stderr.write(f"The simulator can't start on this port: {error.strerror}\n")
        return 1
    ended = Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: ended.set())
    sys.stdout.write(f"Spotify simulator on {simulator.origin}\n")
    sys.stdout.flush()
    # Beside the serving, so that the first sync is quick and a signal is still heeded at once.
    Thread(target=simulator.warm_up, daemon=True).start()
    ended.wait()
    simulator.stop()
    return 0


if __name__ == "__main__":
    sys.exit(main())
