"""How tests ask for an application."""

from typing import Protocol

from flask import Flask


class MakeApp(Protocol):
    """Makes the application on the test's database and simulator, with other settings if given."""

    def __call__(self, **changes: str) -> Flask: ...
