"""How gunicorn serves the app; each value can be changed through GUNICORN_CMD_ARGS or the command line."""

import gc

from flask import Flask

from spotistats.config import environment, load
from spotistats.serving import check_schema, let_go

# A setting that cannot be used ends the server here, before there are workers to start again and again.
_settings = load(environment())

bind = f"127.0.0.1:{_settings.port}"
workers = 2
threads = 4
worker_class = "gthread"
preload_app = True  # The workers share the memory of one loaded program.
# Of a worker that hangs as a whole. A slow client is none: the proxy in front takes care of these.
timeout = 60
graceful_timeout = 30  # A sync, which answers within 25 seconds, is let to its end.
keepalive = 5  # A connection that is not in use, or has not yet sent anything, is closed after these seconds.
control_socket_disable = True  # Nobody here uses it, and two servers of one account would share its file.
forwarder_headers = ""  # Where the app stands is said by PUBLIC_URL, not by who asks.


def on_starting(_server: object) -> None:
    """Refuse a database that a newer version has changed."""
    check_schema()


def when_ready(_server: object) -> None:
    """Take the loaded program out of the garbage collector's rounds, just before the workers are forked.

    It would look through all of it again and again without finding anything, and by that alone make the
    workers copy the memory that they share.
    """
    gc.collect()
    gc.freeze()


def worker_exit(_server: object, worker: object) -> None:
    """Close the database, so that a copy of its file is whole once the server has ended."""
    app = getattr(worker, "wsgi", None)
    # A worker that did not come so far has no app, and the page of the benchmarks no database of ours.
    if isinstance(app, Flask) and "sqlalchemy" in app.extensions:
        let_go(app)
