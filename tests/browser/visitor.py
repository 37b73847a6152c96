"""Somebody at a real browser, watched: what goes wrong out of sight must not stay unseen."""

import re
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from playwright.sync_api import BrowserContext, ConsoleMessage, Page, Request, Response

from tests.browser.server import AppServer

LAUNCH_ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
DESKTOP = {"width": 1280, "height": 900}
PHONE = {"width": 360, "height": 780}
_NO_ANSWER = re.compile(r"net::ERR_|Failed to fetch")
_STATUS_LINE = re.compile(r"the server responded with a status of (\d+)")


@dataclass
class Visitor:
    """A browser window of its own, with all that its console said and all that it asked for.

    `expected_statuses` are the answers of 400 and more that a test means to get; `expects_broken_connections`
    that it means to lose the server.
    """

    context: BrowserContext
    server: AppServer
    expected_statuses: set[int] = field(default_factory=set)
    expects_broken_connections: bool = False
    complaints: list[str] = field(default_factory=list)
    hosts: set[str | None] = field(default_factory=set)
    page_loads: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.context.set_default_timeout(10_000)
        self.context.on("console", self._on_console)
        self.context.on("weberror", lambda error: self.complaints.append(str(error.error)))
        self.context.on("request", self._on_request)
        self.context.on("response", self._on_response)
        self.page: Page = self.context.new_page()

    def go(self, path: str) -> Page:
        """Open a page of the application."""
        self.page.goto(self.server.url + path)
        return self.page

    def sign_in(self, listener_id: str) -> Page:
        """Sign in as a listener of the simulator, who agrees at once; end on the dashboard."""
        self.context.clear_cookies()
        self.server.simulator.auto_agree = listener_id
        self.go("/login")
        self.page.get_by_role("button", name="Sign in with").click()
        self.page.wait_for_url("**/dashboard")
        self.server.simulator.auto_agree = None
        return self.page

    def sync(self) -> None:
        """Press Sync and wait for what it says."""
        self.page.get_by_role("button", name="Sync", exact=True).click()
        self.page.locator("#sync-status .status").wait_for()

    def check(self) -> None:
        """Fail if the console complained or somebody else was asked for something."""
        assert not self.complaints, self.complaints
        assert self.hosts <= {"127.0.0.1"}, self.hosts

    def _on_console(self, message: ConsoleMessage) -> None:
        if message.type not in {"error", "warning"}:
            return
        if self.expects_broken_connections and _NO_ANSWER.search(message.text):
            return
        status = _STATUS_LINE.search(message.text)
        if status is None or int(status[1]) not in self.expected_statuses:
            self.complaints.append(f"{message.type}: {message.text} ({message.location['url']})")

    def _on_request(self, request: Request) -> None:
        self.hosts.add(urlsplit(request.url).hostname)
        if request.is_navigation_request():
            self.page_loads.append(request.url)

    def _on_response(self, response: Response) -> None:
        if response.status >= 400 and response.status not in self.expected_statuses:
            self.complaints.append(f"{response.status} from {response.url}")
