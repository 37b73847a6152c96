"""Faults that can be switched on, and which call meets which."""

import dataclasses
from dataclasses import dataclass
from threading import Lock
from typing import Any

KINDS = frozenset(
    {
        "status", "rate_limit", "quota", "html", "replace", "drop", "hang",
        "truncated", "trickle", "foreign_next", "missing_field",
    }
)  # fmt: skip


@dataclass(eq=False)
class Fault:
    """Something that goes wrong. Which options matter depends on the kind:

    - `status`: answer with `status`, `headers` and `body` (JSON, or text; it is HTML if it begins with `<`).
    - `rate_limit`: 429 with `Retry-After: retry_after` seconds; no such header for None.
    - `quota`: 429 with the reason QUOTA_EXCEEDED and `retry_after` seconds (None: no header).
    - `html`: 200 with an HTML page (or `body`).
    - `replace`: 200 with `body` as JSON.
    - `drop`: the connection is closed without an answer.
    - `hang`: `seconds` of silence, then the usual answer.
    - `truncated`: the usual answer is cut in the middle, under the Content-Length of the whole.
    - `trickle`: the usual answer, spread over `seconds`.
    - `foreign_next`: `next` points to another host.
    - `missing_field`: the `field` is taken out; dotted, with numbers or `*` for places in lists.

    `times` is how many calls still meet it, None for all.
    """

    path: str
    kind: str
    times: int | None = None
    query: dict[str, str] = dataclasses.field(default_factory=dict)
    method: str | None = None
    status: int = 503
    headers: dict[str, str] = dataclasses.field(default_factory=dict)
    body: Any = None
    retry_after: int | None = None
    seconds: float = 5.0
    field: str = ""
    hits: int = 0

    def matches(self, method: str, path: str, query: dict[str, str]) -> bool:
        """Tell whether a call meets the fault: its path begins with this path, its query holds this query."""
        return (
            self.times != 0
            and path.startswith(self.path)
            and self.method in (None, method)
            and all(query.get(name) == value for name, value in self.query.items())
        )


class Faults:
    """The faults that are switched on; the one added first goes first. Safe to use from several threads."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._faults: list[Fault] = []

    def add(self, path: str, kind: str, **options: Any) -> Fault:
        """Switch on a fault for all calls whose path begins with `path`; see `Fault` for the options.

        Raises ValueError for an unknown kind and TypeError for an unknown option.
        """
        if kind not in KINDS:
            raise ValueError(f"no such kind of fault: {kind!r}; known are {', '.join(sorted(KINDS))}")
        fault = Fault(path, kind, **options)
        with self._lock:
            self._faults.append(fault)
        return fault

    def take(self, method: str, path: str, query: dict[str, str]) -> Fault | None:
        """Return the fault that this call meets, counted as used once more."""
        with self._lock:
            for fault in self._faults:
                if fault.matches(method, path, query):
                    fault.hits += 1
                    if fault.times is not None:
                        fault.times -= 1
                    return fault
        return None

    def all(self) -> list[Fault]:
        """Return the faults, used-up ones included."""
        with self._lock:
            return list(self._faults)

    def remove(self, fault: Fault) -> None:
        """Switch one fault off."""
        with self._lock:
            self._faults.remove(fault)

    def clear(self) -> None:
        """Switch all faults off."""
        with self._lock:
            self._faults.clear()
