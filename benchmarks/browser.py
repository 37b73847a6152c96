"""What a browser of the stored listener sends, so that a page costs what it costs in life."""

import re
from dataclasses import dataclass
from urllib.parse import urlencode

from benchmarks.servers import Answer, Server

ACCEPTS = {
    "Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
    "Accept-Encoding": "gzip, deflate, br, zstd",
}
_CSRF = re.compile(rb'name="csrf_token" value="([^"]+)"')


@dataclass(frozen=True, slots=True)
class Browser:
    """A browser that is signed in at `server`, with the CSRF token of its session."""

    server: Server
    cookie: str
    csrf_token: str

    @property
    def headers(self) -> dict[str, str]:
        return {**ACCEPTS, "Cookie": self.cookie}

    def get(self, path: str) -> Answer:
        """Return a page; raises RuntimeError for any other answer."""
        return _checked(self.server.get(path, self.headers), 200)

    def post(self, path: str, fields: dict[str, str], *, status: int, accept: str = "text/html") -> Answer:
        """Send a form; raises RuntimeError for an answer of another status."""
        body = urlencode({"csrf_token": self.csrf_token, **fields})
        kind = "application/x-www-form-urlencoded"
        headers = {**self.headers, "Content-Type": kind, "Accept": accept}
        return _checked(self.server.ask("POST", path, headers, body), status)


def signed_in(server: Server, session: str) -> Browser:
    """Return a browser whose cookie holds all that a session has after its first page.

    `session` is the cookie's value; its name has the server's port.
    """
    cookie = f"spotistats_{server.port}={session}"
    page = _checked(server.get("/dashboard", {"Cookie": cookie}), 200)
    token = _CSRF.search(page.body)
    assert token is not None, "the dashboard has no form"
    return Browser(server, page.cookie or cookie, token[1].decode())


def _checked(answer: Answer, status: int) -> Answer:
    if answer.status != status:
        raise RuntimeError(f"the answer was {answer.status}, not {status}: {answer.body[:300]!r}")
    return answer
