"""Which hosts are served, and the headers on every answer."""

from functools import lru_cache
from urllib.parse import quote, urlsplit

from flask import Flask, abort, redirect, request
from werkzeug.wrappers import Response

from spotistats.config import LOOPBACK_HOSTS, Settings

_HEALTH = "/healthz"


def init_app(app: Flask) -> None:
    """Check the host of every request and set the headers of every answer."""
    settings: Settings = app.config["SETTINGS"]
    headers = _headers(settings)

    @app.before_request
    def check_host() -> Response | None:
        return _check_host(settings)

    @app.after_request
    def set_headers(response: Response) -> Response:
        response.headers.extend(headers)
        if request.endpoint != "static":
            # Somebody else at this computer must not page back to it after a sign-out.
            response.headers["Cache-Control"] = "no-store"
        return response


def _headers(settings: Settings) -> list[tuple[str, str]]:
    headers = [
        ("Content-Security-Policy", content_security_policy(settings)),
        ("X-Content-Type-Options", "nosniff"),
        ("Referrer-Policy", "same-origin"),
        ("Cross-Origin-Opener-Policy", "same-origin"),
        ("Permissions-Policy", "camera=(), geolocation=(), microphone=()"),
    ]
    if settings.is_https:
        headers.append(("Strict-Transport-Security", "max-age=31536000"))
    return headers


def content_security_policy(settings: Settings) -> str:
    """Return the policy; the demo's covers come from the simulator, which stands beside the app."""
    accounts = _origin(settings.spotify_accounts_url)
    pictures = ["'self'", "https://i.scdn.co", "https://*.scdn.co"]
    if settings.demo:
        pictures.append(_origin(settings.spotify_api_url))
    return "; ".join(
        [
            "default-src 'none'",
            "script-src 'self'",
            "style-src 'self'",
            f"img-src {' '.join(pictures)}",
            "connect-src 'self'",
            "object-src 'none'",
            "base-uri 'none'",
            f"form-action 'self' {accounts}",
            "frame-ancestors 'none'",
        ]
    )


def _check_host(settings: Settings) -> Response | None:
    """Serve the public host, or this machine alone; Spotify refuses `localhost`, so it is sent on."""
    host, name = request.host.lower(), _host_name(request.host)
    if settings.public_host is not None:
        if not _is_public(host, settings) and not (request.path == _HEALTH and name in LOOPBACK_HOSTS):
            abort(400, "This server is known by another name. Set PUBLIC_URL to the address in your browser.")
        return None
    if name not in LOOPBACK_HOSTS:
        abort(400, "This server answers on 127.0.0.1 alone until PUBLIC_URL says where people reach it.")
    if name == "localhost":
        query = f"?{request.query_string.decode('latin-1')}" if request.query_string else ""
        address = (
            f"{request.scheme}://{host.replace('localhost', '127.0.0.1', 1)}{quote(request.path)}{query}"
        )
        return redirect(address, code=307)
    return None


def _is_public(host: str, settings: Settings) -> bool:
    default_port = ":443" if settings.is_https else ":80"  # Some proxies pass it on.
    return host.removesuffix(default_port) == settings.public_host


@lru_cache(maxsize=64)
def _host_name(host: str) -> str | None:
    try:
        return urlsplit(f"//{host}").hostname
    except ValueError:
        return None


def _origin(address: str) -> str:
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc}"
