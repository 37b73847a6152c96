"""The simulator as a server in a thread of this process."""

import socket
from collections.abc import Iterable, Sequence
from contextlib import suppress
from pathlib import Path
from threading import Thread
from types import TracebackType
from typing import Self
from urllib.parse import parse_qsl, urlsplit

from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server

from .accounts import decide
from .application import create_simulator_app
from .state import State

HOST = "127.0.0.1"
POLL_SECONDS = 0.01


class _QuietHandler(WSGIRequestHandler):
    """Serves without a log line for each request; the simulator keeps its own log."""

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Say nothing."""


class Simulator(State):
    """Spotify's two services on a loopback address, with listeners of one's own making.

    It takes the first of `ports` that is free; 0 is any. `control` serves the controls under /simulator as
    well. Times are seconds.
    """

    def __init__(
        self,
        client_id: str = "simulator-client",
        client_secret: str = "simulator-secret",  # noqa: S107  It guards made-up plays.
        *,
        seed: int = 7,
        ports: Sequence[int] = (0,),
        rotate_refresh_tokens: bool = False,
        latency: float = 0.0,
        token_lifetime: float = 3600,
        control: bool = False,
        redirect_uris: Iterable[str] | None = None,
        keep_company: bool = False,
        memory: Path | None = None,
        application: str | None = None,
    ) -> None:
        super().__init__(
            client_id,
            client_secret,
            seed=seed,
            rotate_refresh_tokens=rotate_refresh_tokens,
            latency=latency,
            token_lifetime=token_lifetime,
            redirect_uris=redirect_uris,
            keep_company=keep_company,
            memory=memory,
            application=application,
        )
        self._ports = ports
        self._app = create_simulator_app(self, with_control=control)
        self._server: BaseWSGIServer | None = None
        self._thread: Thread | None = None

    @property
    def origin(self) -> str:
        """The simulator's own address, without a trailing slash; it stays when the simulator is stopped.

        Raises RuntimeError if not one port was chosen and it never ran.
        """
        [port, *others] = self._ports
        if port == 0 or others:
            raise RuntimeError("the simulator has no address before it is started")
        return f"http://{HOST}:{port}"

    def start(self) -> Self:
        """Serve from a thread, after a stop on the same port again. Raises OSError if all ports are taken."""
        self.stopping.clear()
        # Bound here, because the server's own way of reporting a taken port is to end the process.
        with self._listening() as listening:
            self._server = make_server(
                HOST,
                0,
                self._app,
                threaded=True,
                request_handler=_QuietHandler,
                fd=listening.fileno(),
            )
        self._ports = [self._server.port]
        self._thread = Thread(
            target=self._server.serve_forever, args=(POLL_SECONDS,), name="simulator", daemon=True
        )
        self._thread.start()
        return self

    def _listening(self) -> socket.socket:
        *first, last = self._ports
        for port in first:
            with suppress(OSError):
                return socket.create_server((HOST, port), backlog=128)
        return socket.create_server((HOST, last), backlog=128)

    def stop(self) -> None:
        """End serving; calls that are being held back end at once. Stopping twice is no error."""
        self.stopping.set()
        if self._server is None or self._thread is None:
            return
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()
        self._server = self._thread = None

    def decide(self, authorize_url: str, listener_id: str, *, agree: bool = True) -> str:
        """Answer an authorize page for a browser; returns the address to which it would be sent."""
        query = dict(parse_qsl(urlsplit(authorize_url).query, keep_blank_values=True))
        return decide(self, query, listener_id, agree=agree)

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()
