import pytest

from spotistats.simulator import Simulator

from .conftest import Get


def test_there_are_two_generated_listeners(simulator: Simulator) -> None:
    assert [listener.id for listener in simulator.listeners] == ["demo", "demo-jonas"]
    assert simulator.demo_listener.display_name == "Mara Lindqvist"


def test_an_unknown_listener_is_an_error(simulator: Simulator) -> None:
    for act in (simulator.listener, simulator.grant, simulator.block):
        with pytest.raises(KeyError):
            act("nobody")


def test_scopes_are_a_list_or_a_text_as_in_a_query(simulator: Simulator) -> None:
    assert simulator.grant("demo", scopes=["b", "a"])["scope"] == "a b"
    assert simulator.grant("demo", scopes="a b")["scope"] == "a b"
    assert simulator.grant("demo")["scope"] == "user-read-recently-played user-top-read"


def test_a_listener_added_again_is_another(simulator: Simulator, get: Get) -> None:
    simulator.add_listener("alice", "one")
    simulator.add_listener("alice", "two")
    assert get("/me", listener="alice").json()["account_id"] == "two"


def test_scripts_are_checked(simulator: Simulator) -> None:
    with pytest.raises(ValueError, match="top list"):
        simulator.script_top("demo", "artists", "last_week", [])
    with pytest.raises(ValueError, match="text or json"):
        simulator.block("demo", answer="xml")


def test_a_script_can_be_taken_back(simulator: Simulator, get: Get) -> None:
    simulator.script_top("demo", "artists", "short_term", [])
    assert get("/me/top/artists", time_range="short_term").json()["items"] == []
    simulator.script_top("demo", "artists", "short_term", None)
    assert get("/me/top/artists", time_range="short_term").json()["items"]


def test_settings_reach_the_tokens(simulator: Simulator) -> None:
    simulator.token_lifetime = 5
    simulator.rotate_refresh_tokens = True
    assert simulator.grant("demo")["expires_in"] == 5
    assert (simulator.token_lifetime, simulator.rotate_refresh_tokens) == (5, True)


def test_warming_up_answers_nothing_and_breaks_nothing(simulator: Simulator, get: Get) -> None:
    simulator.warm_up()
    assert get("/me/top/artists", time_range="long_term").json()["items"]
