import pytest

from spotistats.simulator.faults import Faults


def test_a_fault_is_met_as_often_as_it_says() -> None:
    faults = Faults()
    fault = faults.add("/v1/me", "drop", times=2)
    assert [faults.take("GET", "/v1/me/top/artists", {}) for _ in range(3)] == [fault, fault, None]
    assert fault.hits == 2


def test_a_fault_without_times_stays_until_it_is_cleared() -> None:
    faults = Faults()
    fault = faults.add("/v1", "drop")
    assert all(faults.take("GET", "/v1/me", {}) is fault for _ in range(20))
    faults.clear()
    assert faults.take("GET", "/v1/me", {}) is None


def test_path_query_and_method_must_fit() -> None:
    faults = Faults()
    faults.add("/v1/me/top", "drop", query={"time_range": "short_term"}, method="GET")
    assert faults.take("GET", "/v1/me", {"time_range": "short_term"}) is None
    assert faults.take("GET", "/v1/me/top/tracks", {"time_range": "long_term"}) is None
    assert faults.take("POST", "/v1/me/top/tracks", {"time_range": "short_term"}) is None
    assert faults.take("GET", "/v1/me/top/tracks", {"time_range": "short_term", "limit": "1"}) is not None


def test_the_first_goes_first_and_then_the_next() -> None:
    faults = Faults()
    first, second = faults.add("/v1", "drop", times=1), faults.add("/v1", "html")
    assert faults.take("GET", "/v1/me", {}) is first
    assert faults.take("GET", "/v1/me", {}) is second


def test_one_can_be_removed() -> None:
    faults = Faults()
    first, second = faults.add("/v1", "drop"), faults.add("/v1", "drop")
    faults.remove(first)
    assert faults.all() == [second]


def test_unknown_kinds_and_options_are_refused() -> None:
    with pytest.raises(ValueError, match="explode"):
        Faults().add("/v1", "explode")
    with pytest.raises(TypeError):
        Faults().add("/v1", "drop", tmies=2)
