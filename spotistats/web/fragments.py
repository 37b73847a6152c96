"""The few htmx headers that we use; no other file names one."""

from flask import Response, request


def is_fragment_request() -> bool:
    """Tell whether htmx asks, and so wants a part of the page."""
    return request.headers.get("HX-Request") == "true"


def redirect_browser(response: Response, address: str) -> Response:
    """Make htmx leave the page for `address`."""
    response.headers["HX-Redirect"] = address
    return response


def put_into(response: Response, selector: str) -> Response:
    """Make htmx put the answer into another element than the one that asked."""
    response.headers["HX-Retarget"] = selector
    response.headers["HX-Reswap"] = "innerHTML"
    return response
