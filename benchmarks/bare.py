"""What the dashboard is compared with: Flask, Jinja, one query by an index for ten rows, nothing else.

It has no session, no sign-in, no compression and no headers of its own: the least that a page can cost.
"""

import os

from flask import Flask, render_template
from sqlalchemy import create_engine, select

from spotistats import config
from spotistats.models import Play

app = Flask(__name__)
engine = create_engine(config.load(os.environ).database_url)
latest = (
    select(Play.played_at, Play.track_id, Play.ms_played)
    .where(Play.user_id == 1)
    .order_by(Play.played_at.desc())
    .limit(10)
)


@app.get("/")
def page() -> str:
    """Show the listener's ten latest plays."""
    with engine.connect() as connection:
        rows = connection.execute(latest).all()
    return render_template("bare.html", rows=rows)
