"""An account that is deleted while its sync runs."""

from threading import Thread

from flask import Flask

from spotistats.simulator import Simulator
from tests.support.listeners import ORIGIN, Browser
from tests.support.rows import everything
from tests.support.weeks import plays_of


def test_a_sync_of_a_deleted_account_ends_signed_out(
    app: Flask, alice: Browser, simulator: Simulator
) -> None:
    simulator.script_plays("alice", plays_of("alice"))
    simulator.latency = 1.0
    answers: list[tuple[int, bool]] = []
    token = alice.csrf_token()
    copy = Browser(app.test_client(), simulator)
    cookie = alice.client.get_cookie("spotistats", domain="127.0.0.1")
    assert cookie is not None
    copy.client.set_cookie("spotistats", cookie.value, domain="127.0.0.1")

    def sync() -> None:
        headers = {"HX-Request": "true", "X-CSRFToken": token}
        answer = copy.client.post("/sync", base_url=ORIGIN, headers=headers)
        answers.append((answer.status_code, "Set-Cookie" in answer.headers))

    running = Thread(target=sync)
    running.start()
    while not simulator.calls_to("/v1/me/player"):
        assert running.is_alive()
    alice.post("/settings/delete-account", {"confirmation": "delete everything"})
    bob = Browser(app.test_client(), simulator)
    simulator.latency = 0.0
    bob.sign_in("bob")
    running.join()
    assert answers == [(401, False)], "a newer sign-in in another window keeps its cookie"
    rows = everything(app)
    assert [row[1] for row in rows["users"]] == ["bob"]
    assert rows["plays"] == []
