"""The accounts service: the page that asks for consent, and the token endpoint."""

import base64
import binascii
import hmac
from collections.abc import Mapping
from urllib.parse import urlencode, urlsplit

from flask import Blueprint, Response, jsonify, make_response, redirect, render_template, request
from werkzeug.wrappers import Response as BaseResponse

from .state import State, state
from .tokens import GrantError

blueprint = Blueprint("accounts", __name__)

FIELDS = (
    "client_id",
    "response_type",
    "redirect_uri",
    "scope",
    "state",
    "code_challenge",
    "code_challenge_method",
)
SCOPE_TEXTS = {
    "user-read-recently-played": "See what you played recently (the last 50 plays)",
    "user-top-read": "See your top artists and tracks",
    "user-read-email": "See your e-mail address (gives nothing in development mode)",
    "user-read-private": "See your subscription and country (gives nothing in development mode)",
}
# There is no form-action: browsers apply it to the redirect that follows the form as well, and that one leads
# back to the application.
POLICY = "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; frame-ancestors 'none'"


class AuthorizeError(Exception):
    """An authorize request that can't be sent back to the application, because it is not to be trusted."""


class ClientError(Exception):
    """The application did not prove who it is."""


@blueprint.errorhandler(AuthorizeError)
def answer_refused(error: AuthorizeError) -> Response:
    """Show what is wrong with the request, in Spotify's words."""
    return _page(render_template("simulator/refused.html", message=str(error)), 400)


@blueprint.errorhandler(ClientError)
def answer_client_refused(error: ClientError) -> Response:
    """Answer as the token endpoint does to an unknown application."""
    response = _oauth_error("invalid_client", str(error))
    response.status_code = 401
    return response


def _page(html: str, status: int = 200) -> Response:
    response = make_response(html, status)
    response.headers["Content-Security-Policy"] = POLICY
    response.headers["Cache-Control"] = "no-store"
    return response


def check_request(simulator: State, query: Mapping[str, str]) -> None:
    """Refuse what Spotify refuses, with AuthorizeError."""
    if query.get("client_id") != simulator.client_id:
        raise AuthorizeError("INVALID_CLIENT: Invalid client")
    _check_redirect_uri(simulator, query.get("redirect_uri", ""))
    if query.get("response_type") != "code":
        raise AuthorizeError("response_type must be code")
    if query.get("code_challenge") and query.get("code_challenge_method") != "S256":
        raise AuthorizeError("code_challenge_method must be S256")


def _check_redirect_uri(simulator: State, redirect_uri: str) -> None:
    """Let https and literal loopback addresses pass; `localhost` is refused, and so is a fragment."""
    try:
        parts = urlsplit(redirect_uri)
    except ValueError as error:
        raise AuthorizeError("INVALID_CLIENT: Invalid redirect URI") from error
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.fragment:
        raise AuthorizeError("INVALID_CLIENT: Invalid redirect URI")
    if parts.scheme == "http" and parts.hostname not in ("127.0.0.1", "::1"):
        raise AuthorizeError("INVALID_CLIENT: Insecure redirect URI")
    if simulator.redirect_uris is not None and redirect_uri not in simulator.redirect_uris:
        raise AuthorizeError("INVALID_CLIENT: Invalid redirect URI")


def decide(simulator: State, query: Mapping[str, str], listener_id: str, *, agree: bool) -> str:
    """Return the address to which the browser is sent after the decision.

    Raises AuthorizeError for a request that was not in order and KeyError for an unknown listener.
    """
    check_request(simulator, query)
    if agree:
        consent = simulator.consent(listener_id, query.get("scope", ""))
        answer = {
            "code": simulator.tokens.make_code(consent, query["redirect_uri"], query.get("code_challenge"))
        }
    else:
        answer = {"error": "access_denied"}
    if "state" in query:
        answer["state"] = query["state"]
    separator = "&" if "?" in query["redirect_uri"] else "?"
    return f"{query['redirect_uri']}{separator}{urlencode(answer)}"


@blueprint.get("/authorize")
def authorize() -> BaseResponse:
    """Show the page that asks for consent, or go straight on where the decision was made in advance."""
    simulator = state()
    query = request.args
    check_request(simulator, query)
    choice = simulator.take_authorize_choice()
    if choice is not None:
        return redirect(decide(simulator, query, choice[0], agree=choice[1]), 303)
    scopes = query.get("scope", "").split()
    return _page(
        render_template(
            "simulator/authorize.html",
            listeners=simulator.listeners,
            chosen=simulator.demo_listener.id,
            scopes=[(SCOPE_TEXTS.get(scope, "Something else"), scope) for scope in scopes],
            fields={name: query[name] for name in FIELDS if name in query},
            application=simulator.application or urlsplit(query["redirect_uri"]).netloc,
            redirect_uri=query["redirect_uri"],
        )
    )


@blueprint.post("/authorize")
def answer_authorize() -> BaseResponse:
    """Take the decision: `decision` is `agree` or anything else, `listener` is who signs in."""
    simulator = state()
    chosen = request.form.get("listener", simulator.demo_listener.id)
    if chosen not in {listener.id for listener in simulator.listeners}:
        raise AuthorizeError("There is no such listener")
    agree = request.form.get("decision") == "agree"
    return redirect(decide(simulator, request.form, chosen, agree=agree), 303)


def _oauth_error(error: str, description: str) -> Response:
    response = jsonify({"error": error, "error_description": description})
    response.status_code = 400
    return response


def _check_client(simulator: State) -> None:
    """Accept the secret by HTTP Basic or in the body, as Spotify does."""
    client_id, secret = _basic(request.headers.get("Authorization", ""))
    client_id = client_id or request.form.get("client_id", "")
    secret = secret or request.form.get("client_secret", "")
    if not hmac.compare_digest(client_id.encode(), simulator.client_id.encode()):
        raise ClientError("Invalid client")
    if not hmac.compare_digest(secret.encode(), simulator.client_secret.encode()):
        raise ClientError("Invalid client secret")


def _basic(header: str) -> tuple[str, str]:
    kind, _, encoded = header.partition(" ")
    if kind.lower() != "basic":
        return "", ""
    try:
        client_id, _, secret = base64.b64decode(encoded, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return "", ""
    return client_id, secret


@blueprint.post("/api/token")
def token() -> Response:
    """Exchange a code, or refresh. Errors are those of RFC 6749, section 5.2."""
    simulator = state()
    _check_client(simulator)
    form = request.form
    try:
        match form.get("grant_type"):
            case "authorization_code":
                answer = simulator.tokens.exchange(
                    form.get("code", ""), form.get("redirect_uri", ""), form.get("code_verifier")
                )
            case "refresh_token":
                answer = simulator.tokens.refresh(form.get("refresh_token", ""))
            case _:
                return _oauth_error(
                    "unsupported_grant_type", "grant_type must be authorization_code or refresh_token"
                )
    except GrantError as error:
        return _oauth_error("invalid_grant", str(error))
    response = jsonify(answer)
    response.headers["Cache-Control"] = "no-store"
    return response
