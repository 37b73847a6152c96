"""Everything that a simulator knows and that its pages work on."""

from collections import deque
from collections.abc import Iterable
from pathlib import Path
from threading import Event, RLock
from typing import cast

from flask import current_app

from .calls import Call, CallLog
from .catalog import image_path
from .clock import Clock
from .company import Company
from .faults import Faults
from .life import JONAS, MARA, Person, life_of
from .listeners import Listener
from .memory import Memory
from .payloads import Json
from .scripted import ScriptedPlay
from .tokens import Consent, TokenStore
from .top import KINDS, TIME_RANGES

SCOPES = ("user-read-recently-played", "user-top-read")
NOT_REGISTERED = "User not registered in the Developer Dashboard"


class State:
    """The simulated Spotify without the network: listeners, consents, tokens, faults, the log and the clock.

    `latency` (seconds) and `auto_agree` (a listener's id, or None for the page with its two buttons) may be
    changed at any time. With `keep_company`, who has a life of their own plays music while somebody looks;
    the file `memory` lets that outlast a restart. `application` is the name of whoever asks for consent;
    without one, the address stands for it.
    """

    def __init__(
        self,
        client_id: str = "simulator-client",
        client_secret: str = "simulator-secret",  # noqa: S107  It guards made-up plays.
        *,
        seed: int = 7,
        rotate_refresh_tokens: bool = False,
        latency: float = 0.0,
        token_lifetime: float = 3600,
        redirect_uris: Iterable[str] | None = None,
        keep_company: bool = False,
        memory: Path | None = None,
        application: str | None = None,
    ) -> None:
        self.client_id = client_id
        self.client_secret = client_secret
        self.seed = seed
        self.latency = latency
        self.redirect_uris = None if redirect_uris is None else frozenset(redirect_uris)
        self.application = application
        self.auto_agree: str | None = None
        self.clock = Clock()
        self.faults = Faults()
        self.tokens = TokenStore(
            self.clock, client_secret, lifetime=token_lifetime, rotate=rotate_refresh_tokens
        )
        self.log = CallLog()
        self.stopping = Event()
        self._lock = RLock()
        self._choices: deque[tuple[str, bool]] = deque()
        remembered = Memory(memory) if keep_company else None
        self._listeners = {person.id: self._generated(person, remembered) for person in (MARA, JONAS)}

    def _generated(self, person: Person, remembered: Memory | None) -> Listener:
        life = life_of(person, self.seed)
        image = image_path(person.id)
        listener = Listener(person.id, person.account_id, person.display_name, image, person.about, life)
        if remembered is not None:
            now = self.clock.now()
            listener.company = Company(life, now, remembered)
            listener.company.look(now)
        return listener

    @property
    def origin(self) -> str:
        """The simulator's own address, without a trailing slash."""
        raise NotImplementedError

    @property
    def accounts_url(self) -> str:
        """What stands for https://accounts.spotify.com."""
        return self.origin

    @property
    def api_url(self) -> str:
        """What stands for https://api.spotify.com/v1."""
        return f"{self.origin}/v1"

    @property
    def token_lifetime(self) -> float:
        """Seconds that an access token is good for."""
        return self.tokens.lifetime

    @token_lifetime.setter
    def token_lifetime(self, seconds: float) -> None:
        self.tokens.lifetime = seconds

    @property
    def rotate_refresh_tokens(self) -> bool:
        """Whether a refresh hands out a new refresh token and spends the old one."""
        return self.tokens.rotate

    @rotate_refresh_tokens.setter
    def rotate_refresh_tokens(self, rotate: bool) -> None:
        self.tokens.rotate = rotate

    @property
    def listeners(self) -> list[Listener]:
        """Everybody with an account, the demo listener first."""
        with self._lock:
            return list(self._listeners.values())

    @property
    def demo_listener(self) -> Listener:
        """Mara, whose listening is generated and goes on with the clock."""
        return self.listener(MARA.id)

    def listener(self, listener_id: str) -> Listener:
        """Return a listener; KeyError for one who does not exist."""
        with self._lock:
            return self._listeners[listener_id]

    def add_listener(
        self,
        listener_id: str,
        account_id: str | None = None,
        display_name: str | None = None,
        plays: Iterable[ScriptedPlay] = (),
    ) -> Listener:
        """Add (or replace) a listener who plays what is scripted and nothing else."""
        listener = Listener(listener_id, account_id, display_name)
        listener.script(plays)
        with self._lock:
            self._listeners[listener_id] = listener
        return listener

    def script_plays(self, listener_id: str, plays: Iterable[ScriptedPlay]) -> None:
        """Replace the plays of a listener; the simulator sorts them and shows the last 50."""
        self.listener(listener_id).script(plays)

    def script_items(self, listener_id: str, items: list[Json] | None) -> None:
        """Set the raw items of recently played, newest first; None goes back to the plays."""
        self.listener(listener_id).items = items

    def script_top(self, listener_id: str, kind: str, time_range: str, items: list[Json] | None) -> None:
        """Set the raw items of one top list; None goes back to what the plays give."""
        if kind not in KINDS or time_range not in TIME_RANGES:
            raise ValueError(f"no such top list: {kind} {time_range}")
        top_items = self.listener(listener_id).top_items
        if items is None:
            top_items.pop((kind, time_range), None)
        else:
            top_items[kind, time_range] = items

    def consent(self, listener_id: str, scopes: Iterable[str] = SCOPES) -> Consent:
        """Return a new consent of an existing listener, given now; scopes may be one text with spaces."""
        listed = scopes.split() if isinstance(scopes, str) else scopes
        return self.tokens.consent(self.listener(listener_id).id, frozenset(listed))

    def grant(self, listener_id: str, scopes: Iterable[str] = SCOPES) -> dict[str, str | int]:
        """Return tokens as the token endpoint would, without a browser; scopes as in `consent`."""
        return self.tokens.issue(self.consent(listener_id, scopes))

    def next_authorize_choice(self, listener_id: str, *, agree: bool = True) -> None:
        """Let the next authorize request be decided at once, without the page; once for each call of this."""
        with self._lock:
            self._choices.append((listener_id, agree))

    def take_authorize_choice(self) -> tuple[str, bool] | None:
        """Return the decision on an authorize request that was made in advance, if one was."""
        with self._lock:
            if self._choices:
                return self._choices.popleft()
        return None if self.auto_agree is None else (self.auto_agree, True)

    def expire_access_tokens(self) -> None:
        """Let every access token run out now."""
        self.tokens.expire_all()

    def revoke(self, listener_id: str) -> None:
        """Let a listener take back the consent: tokens given so far stop working, a new sign-in works."""
        self.tokens.revoke(listener_id)

    def block(self, listener_id: str, *, answer: str = "text") -> None:
        """Take a listener off the allow-list: sign-in works, but every call is a 403, as `text` or `json`."""
        if answer not in ("text", "json"):
            raise ValueError(f"a block answers with text or json, not {answer!r}")
        self.listener(listener_id).blocked = answer

    def unblock(self, listener_id: str) -> None:
        """Put a listener back on the allow-list."""
        self.listener(listener_id).blocked = None

    def warm_up(self) -> None:
        """Work out what the generated listeners played within a year, which takes a second or two."""
        for listener in self.listeners:
            for time_range in TIME_RANGES:
                listener.top("artists", time_range, self.clock.now(), wanted=slice(0), origin="")

    @property
    def calls(self) -> list[Call]:
        """A copy of the log of calls to the two services, in the order of their arrival."""
        return self.log.all()

    def calls_to(self, path: str) -> list[Call]:
        """Return the calls whose path begins with `path`."""
        return [call for call in self.log.all() if call.path.startswith(path)]


def state() -> State:
    """Return the state that the request at hand is about."""
    return cast(State, current_app.extensions["simulator"])
