"""What every template can call without importing it: the addresses of pages and files, and the components."""

import hashlib
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import Any

from flask import Flask
from jinja2 import Environment
from jinja2.runtime import Macro

_PACKAGE = Path(__file__).parent.parent
_KEPT = 4096  # A page of ten years fits.


def init_app(app: Flask) -> None:
    """Make them known; after the filters and the CSRF token, which the components use."""
    address = _addresses(app)
    app.add_template_global(address, "url_for")
    app.add_template_global(_assets(address), "asset")
    app.jinja_env.globals |= _components(app.jinja_env)


def _addresses(app: Flask) -> Callable[..., str]:
    """Return what templates call `url_for`: the path of a page, worked out once.

    A year's history names 730 pages, and Flask's own `url_for` would take four milliseconds for them. What is
    kept serves everybody, so the request is not asked: who sends one could make it say that the app stands
    elsewhere.
    """

    @lru_cache(maxsize=_KEPT)
    def address(endpoint: str, **values: Any) -> str:
        return app.url_map.bind("").build(endpoint, values)

    return address


def _assets(address: Callable[..., str]) -> Callable[[str], str]:
    """Return what templates call `asset`: the address of a static file.

    It changes with the content, so that browsers may keep the file for ever.
    """

    @lru_cache
    def asset(name: str) -> str:
        content = (_PACKAGE / "static" / name).read_bytes()
        return address("static", filename=name, v=hashlib.sha256(content).hexdigest()[:12])

    return asset


def _components(environment: Environment) -> dict[str, Macro]:
    """Return the macros of `components/`, which every template can call.

    To import one costs a page as much as to draw a small card, each time that it is shown.
    """
    names = environment.list_templates(filter_func=lambda name: name.startswith("components/"))
    modules = [vars(environment.get_template(name).module) for name in names]
    return {name: value for module in modules for name, value in module.items() if isinstance(value, Macro)}
