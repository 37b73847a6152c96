"""Several calls to Spotify at once: seven calls then take as long as the slowest of them."""

import time
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor, wait
from typing import Any

from spotistats.spotify.errors import SpotifyError, Unavailable

Call = Callable[[], Any]


def ask(calls: Mapping[str, Call], *, deadline: float) -> dict[str, Any]:
    """Return what each call returned, or the SpotifyError that it raised, under the call's name.

    A call that has not ended by `deadline` (a moment of `time.monotonic()`) counts as Unavailable; its
    thread ends by itself soon after, and nobody waits for it. A fault of our own is raised.
    """
    pool = ThreadPoolExecutor(max_workers=len(calls), thread_name_prefix="spotify")
    try:
        futures = {name: pool.submit(call) for name, call in calls.items()}
        wait(futures.values(), timeout=max(0.0, deadline - time.monotonic()))
        return {name: _result(future) for name, future in futures.items()}
    finally:
        pool.shutdown(wait=False, cancel_futures=True)


def _result(future: Future[Any]) -> Any:
    if not future.done():
        return Unavailable("Spotify took too long")
    error = future.exception()
    if isinstance(error, SpotifyError):
        return error
    return future.result()
