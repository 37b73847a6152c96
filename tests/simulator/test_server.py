import socket
from concurrent.futures import ThreadPoolExecutor
from time import monotonic
from urllib.parse import urlsplit

import pytest
import requests

from spotistats.simulator import Simulator

from .conftest import Get


def test_the_address_is_loopback_and_known_once_started() -> None:
    simulator = Simulator()
    with pytest.raises(RuntimeError):
        _ = simulator.origin
    simulator.start()
    try:
        parts = urlsplit(simulator.origin)
        assert parts.hostname == "127.0.0.1"
        assert parts.port
        assert simulator.accounts_url == simulator.origin
        assert simulator.api_url == f"{simulator.origin}/v1"
    finally:
        simulator.stop()


def test_a_stopped_simulator_is_gone_and_comes_back_at_the_same_address(
    simulator: Simulator, get: Get
) -> None:
    token = str(simulator.grant("demo")["access_token"])
    origin = simulator.origin
    simulator.stop()
    simulator.stop()
    assert simulator.origin == origin
    with pytest.raises(requests.ConnectionError):
        get("/me", token=token)
    simulator.start()
    assert get("/me", token=token).status_code == 200


def test_a_taken_port_is_an_error_of_its_own() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken, pytest.raises(OSError, match="in use"):
        Simulator(ports=[taken.getsockname()[1]]).start()


def test_the_first_port_that_is_free_is_taken() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken, socket.create_server(("127.0.0.1", 0)) as free:
        ports = [taken.getsockname()[1], free.getsockname()[1], 0]
        free.close()
        with Simulator(ports=ports) as simulator:
            assert simulator.origin == f"http://127.0.0.1:{ports[1]}"


def test_stopping_is_quick() -> None:
    simulator = Simulator().start()
    began = monotonic()
    simulator.stop()
    assert monotonic() - began < 0.3


def test_calls_are_answered_side_by_side(simulator: Simulator, get: Get) -> None:
    token = str(simulator.grant("demo")["access_token"])
    get("/me", token=token)
    simulator.latency = 0.3
    began = monotonic()
    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(lambda _: get("/me", token=token).status_code, range(6)))
    assert answers == [200] * 6
    assert monotonic() - began < 1.2


def test_one_refresh_token_is_spent_by_one_of_many(simulator: Simulator, http: requests.Session) -> None:
    simulator.rotate_refresh_tokens = True
    form = {"grant_type": "refresh_token", "refresh_token": simulator.grant("demo")["refresh_token"]}
    secret = (simulator.client_id, simulator.client_secret)

    def spend(_: int) -> int:
        url = f"{simulator.accounts_url}/api/token"
        return requests.post(url, data=form, auth=secret, timeout=5).status_code

    with ThreadPoolExecutor(8) as pool:
        assert sorted(pool.map(spend, range(8))) == [200] + [400] * 7


def test_nothing_is_printed(simulator: Simulator, get: Get, capfd: pytest.CaptureFixture[str]) -> None:
    get("/me")
    get("/nothing")
    simulator.faults.add("/v1", "drop", times=1)
    with pytest.raises(requests.ConnectionError):
        get("/me")
    simulator.stop()
    assert capfd.readouterr() == ("", "")
