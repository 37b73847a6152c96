"""The first dashboard is light: everything that the browser fetches for it, as it came over the wire."""

from spotistats.simulator import Simulator
from tests.browser.seeding import seed_history
from tests.browser.server import AppServer
from tests.browser.visitor import Visitor

MOST_BYTES = 60_000


def test_the_first_load_of_a_full_dashboard(visitor: Visitor, server: AppServer, spotify: Simulator) -> None:
    visitor.sign_in("demo-jonas")
    seed_history(server, "demo-jonas", days=14)
    visitor.sync()
    devtools = visitor.context.new_cdp_session(visitor.page)
    devtools.send("Network.enable")
    devtools.send("Network.setCacheDisabled", {"cacheDisabled": True})
    names: dict[str, str] = {}
    sizes: dict[str, int] = {}
    devtools.on(
        "Network.requestWillBeSent", lambda event: names.update({event["requestId"]: event["request"]["url"]})
    )
    devtools.on(
        "Network.loadingFinished",
        lambda event: sizes.update({event["requestId"]: event["encodedDataLength"]}),
    )

    visitor.page.goto(f"{server.url}/dashboard", wait_until="networkidle")

    by_address = {names[request]: size for request, size in sizes.items()}
    assert any(address.endswith("/dashboard") for address in by_address)
    assert sum(by_address.values()) <= MOST_BYTES, by_address
