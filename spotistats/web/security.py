"""Which hosts are served, and the headers on every answer."""

from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import quote, urlsplit

from flask import Flask, abort, redirect, request
from werkzeug.wrappers import Response

_HEALTH = "/healthz"
_LOOPBACK_HOSTS = frozenset({"127.0.0.1", "localhost", "::1"})


@dataclass(frozen=True, slots=True)
class Site:
    """Where people reach this site, and which others its pages may name.

    `public_host` is None where only this machine is served, `pictures_from` where pictures are Spotify's own.
    """

    public_host: str | None
    is_https: bool
    forms_lead_to: str
    pictures_from: str | None


def init_app(app: Flask, site: Site) -> None:
    """Check the host of every request and set the headers of every answer."""
    headers = _headers(site)

    @app.before_request
    def check_host() -> Response | None:
        return _check_host(site)

    @app.after_request
    def set_headers(response: Response) -> Response:
        response.headers.extend(headers)
        if request.endpoint != "static":
            # Somebody else at this computer must not page back to it after a sign-out.
            response.headers["Cache-Control"] = "no-store"
        return response


def _headers(site: Site) -> list[tuple[str, str]]:
    headers = [
        ("Content-Security-Policy", _content_security_policy(site)),
        ("X-Content-Type-Options", "nosniff"),
        ("Referrer-Policy", "same-origin"),
        ("Cross-Origin-Opener-Policy", "same-origin"),
        ("Permissions-Policy", "camera=(), geolocation=(), microphone=()"),
    ]
    if site.is_https:
        headers.append(("Strict-Transport-Security", "max-age=31536000"))
    return headers


def _content_security_policy(site: Site) -> str:
    pictures = ["'self'", "https://i.scdn.co", "https://*.scdn.co"]
    if site.pictures_from is not None:
        pictures.append(_origin(site.pictures_from))
    return "; ".join(
        [
            "default-src 'none'",
            "script-src 'self'",
            "style-src 'self'",
            f"img-src {' '.join(pictures)}",
            "connect-src 'self'",
            "object-src 'none'",
            "base-uri 'none'",
            f"form-action 'self' {_origin(site.forms_lead_to)}",
            "frame-ancestors 'none'",
        ]
    )


def _check_host(site: Site) -> Response | None:
    """Serve the public host, or this machine alone; Spotify refuses `localhost`, so it is sent on."""
    host, name = request.host.lower(), _host_name(request.host)
    if site.public_host is not None:
        if not _is_public(host, site) and not (request.path == _HEALTH and name in _LOOPBACK_HOSTS):
            abort(400, "This server is known by another name. Set PUBLIC_URL to the address in your browser.")
        return None
    if name not in _LOOPBACK_HOSTS:
        abort(400, "This server answers on 127.0.0.1 alone until PUBLIC_URL says where people reach it.")
    if name == "localhost":
        query = f"?{request.query_string.decode('latin-1')}" if request.query_string else ""
        address = (
            f"{request.scheme}://{host.replace('localhost', '127.0.0.1', 1)}{quote(request.path)}{query}"
        )
        return redirect(address, code=307)
    return None


def _is_public(host: str, site: Site) -> bool:
    default_port = ":443" if site.is_https else ":80"  # Some proxies pass it on.
    return host.removesuffix(default_port) == site.public_host


@lru_cache(maxsize=64)
def _host_name(host: str) -> str | None:
    try:
        return urlsplit(f"//{host}").hostname
    except ValueError:
        return None


def _origin(address: str) -> str:
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc}"
