"""Alice, Bob and Charlie: people of the simulator, and what their browsers do."""

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from spotistats.simulator import Simulator

ORIGIN = "http://127.0.0.1:8000"


@dataclass
class Browser:
    """Somebody's browser: the test client with the address and the manners of one."""

    client: FlaskClient
    simulator: Simulator

    def get(self, path: str, **arguments: Any) -> TestResponse:
        return self.client.get(path, base_url=ORIGIN, **arguments)

    def post(self, path: str, data: dict[str, str] | None = None, **arguments: Any) -> TestResponse:
        """Post a form with the CSRF token of the session."""
        return self.client.post(
            path, base_url=ORIGIN, data={"csrf_token": self.csrf_token(), **(data or {})}, **arguments
        )

    def csrf_token(self) -> str:
        """Return the token of a page that always has a form."""
        page = self.get("/settings")
        if page.status_code != 200:
            page = self.get("/login")
        found = re.search(r'name="csrf_token" value="([^"]+)"', page.text)
        assert found is not None, "the page has no form"
        return found[1]

    def sign_in(
        self, name: str, *, agree: bool = True, timezone: str = "UTC", next_path: str = ""
    ) -> TestResponse:
        """Go through the whole sign-in as the simulator's listener `name`; return the callback's answer."""
        start = self.post("/auth/login", {"timezone": timezone, "next": next_path})
        assert start.status_code == 303
        back = urlsplit(self.simulator.decide(start.headers["Location"], name, agree=agree))
        return self.get(f"{back.path}?{back.query}")

    def sync(self, **headers: str) -> TestResponse:
        return self.post("/sync", headers=headers)

    def sync_json(self) -> TestResponse:
        return self.sync(Accept="application/json")


def json_of(answer: TestResponse) -> dict[str, Any]:
    """Return the fields of an answer in JSON."""
    fields = answer.get_json()
    assert isinstance(fields, dict)
    return fields


def moment(text: str) -> datetime:
    """Return a moment written as "2026-03-01T12:00:00Z"."""
    return datetime.fromisoformat(text)
