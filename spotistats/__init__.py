"""Spotistats keeps a person's listening history for good, and shows it."""

import logging
from collections.abc import Mapping
from datetime import timedelta

from flask import Flask

from spotistats import cli, config, database
from spotistats import models as models
from spotistats.extensions import close_reading, compress, csrf, db, migrate
from spotistats.services.accounts import SIGN_IN_LIFETIME
from spotistats.web import (
    auth,
    dashboard,
    errors,
    filters,
    guards,
    health,
    history,
    my_data,
    security,
    settings,
    sync,
    templates,
    top,
)


def create_app(overrides: Mapping[str, str] | None = None) -> Flask:
    """Return the application, set up by the environment with `overrides` laid over it.

    Raises ConfigurationError, which ends the process with one line, for a setting that cannot be used.
    """
    loaded = config.load({**config.environment(), **(overrides or {})})
    app = Flask(__name__, instance_path=str(loaded.instance_folder))
    app.config.update(_flask_config(loaded))
    app.jinja_options = {"trim_blocks": True, "lstrip_blocks": True}
    app.logger.setLevel(logging.INFO)
    db.init_app(app)
    app.teardown_appcontext(close_reading)
    migrate.init_app(app, db)
    compress.init_app(app)
    security.init_app(app, _site(loaded))
    sync.init_app(app)
    guards.init_app(app)
    csrf.init_app(app)  # After the guards: who is signed out is told that first.
    for part in (cli, dashboard, errors, filters, templates):
        part.init_app(app)
    for room in (auth, dashboard, health, history, my_data, settings, sync, top):
        app.register_blueprint(room.blueprint)
    return app


def _flask_config(loaded: config.Settings) -> dict[str, object]:
    return {
        "SETTINGS": loaded,
        "SECRET_KEY": loaded.secret_key,
        "SECRET_KEY_FALLBACKS": list(loaded.secret_key_fallbacks),
        "SQLALCHEMY_DATABASE_URI": loaded.database_url,
        "SQLALCHEMY_ENGINE_OPTIONS": _engine_options(loaded),
        "SESSION_COOKIE_NAME": loaded.cookie_name,
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "SESSION_COOKIE_SECURE": loaded.is_https,
        "SESSION_REFRESH_EACH_REQUEST": False,
        "PERMANENT_SESSION_LIFETIME": SIGN_IN_LIFETIME,
        "WTF_CSRF_TIME_LIMIT": None,  # A page may stay open; the token ends with the session.
        "WTF_CSRF_SSL_STRICT": False,
        "WTF_CSRF_HEADERS": ["X-CSRFToken"],
        "MAX_CONTENT_LENGTH": 64 * 1024,
        "SEND_FILE_MAX_AGE_DEFAULT": timedelta(days=365),
        "COMPRESS_MIN_SIZE": 500,
        "DEMO": loaded.demo,
        "USUAL_PORT": config.USUAL_PORT,
        "ENV_FILE": loaded.env_file,
        "PUBLIC_URL": loaded.public_url,
        "PICTURES_FROM": _pictures_from(loaded),
    }


def _site(loaded: config.Settings) -> security.Site:
    return security.Site(
        public_host=loaded.public_host,
        is_https=loaded.is_https,
        forms_lead_to=loaded.spotify_accounts_url,
        pictures_from=_pictures_from(loaded),
    )


def _pictures_from(loaded: config.Settings) -> str | None:
    """Return where the demo's covers come from: the simulator, which stands beside the app."""
    return loaded.spotify_api_url if loaded.demo else None


def _engine_options(loaded: config.Settings) -> dict[str, object]:
    options: dict[str, object] = {"hide_parameters": True}  # They are names and tokens, not for a log.
    if not loaded.database_url.startswith("sqlite"):
        options |= {"pool_pre_ping": True, "connect_args": database.POSTGRESQL}
    return options
