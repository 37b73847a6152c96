"""A simulator for each test, and a browser-less client for it."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
import requests

from spotistats.simulator import Simulator

Get = Callable[..., requests.Response]


@pytest.fixture
def simulator() -> Iterator[Simulator]:
    with Simulator(control=True) as running:
        yield running


@pytest.fixture
def http() -> Iterator[requests.Session]:
    with requests.Session() as session:
        session.trust_env = False
        yield session


@pytest.fixture
def get(simulator: Simulator, http: requests.Session) -> Get:
    """Call the Web API as a listener: `get("/me", listener="demo", limit=2)`."""

    def call(
        path: str, *, listener: str = "demo", token: str | None = None, timeout: float = 5, **query: Any
    ) -> requests.Response:
        token = token or str(simulator.grant(listener)["access_token"])
        headers = {"Authorization": f"Bearer {token}"}
        return http.get(simulator.api_url + path, params=query, headers=headers, timeout=timeout)

    return call
