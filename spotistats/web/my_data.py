"""What is stored about a listener: every row, to look at and to take away."""

import base64
import binascii
import csv
import io
import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import fields as dataclass_fields
from dataclasses import replace
from datetime import datetime

from flask import Blueprint, Response, abort, render_template, request, stream_with_context, url_for

from spotistats.stats import my_data
from spotistats.stats.my_data import PAGE_SIZE, TABLES, BadCursor, Cell, Cursor, StoredTable
from spotistats.web import errors, guards
from spotistats.web.top import RANGES

blueprint = Blueprint("my_data", __name__, url_prefix="/my-data")

# A spreadsheet takes a cell that begins like this for a formula and runs it, some after dropping white space,
# a byte order mark or quotes. Where ; separates columns, a cell can begin in the middle of our text, too.
_FORMULA_STARTS = frozenset("=+-@＝＋－＠")
_SEPARATORS = frozenset(";\t\r\n")
_BEFORE_A_FORMULA = re.compile(r"(?:^|[;\t\r\n])[;\s\"\ufeff\u200b-\u200f\u2060]*")
# On the pages the columns stand in this order, so that the ids come last; those not named keep their places.
_LATER = (
    *("created_at", "updated_at", "track_id", "spotify_id", "top_track_id", "top_artist_id"),
    *("image_url", "preview_url"),
)
_EARLIER = (
    *("played_at", "date", "track", "artists", "minutes", "plays", "top_artist", "top_track"),
    *("ms_played", "album"),
    *("time_range", "rank", "name", "artist_name", "album_name"),
)
_WORDS: dict[str, dict[str, str]] = {
    "time_range": {str(name): words for name, words in RANGES.items()},
    "status": {"running": "Running", "succeeded": "Succeeded", "partial": "In part", "failed": "Failed"},
    "source": {"sync": "Sync", "import": "Import"},
}


@blueprint.get("")
def show() -> str:
    user_id = guards.listener().id
    return render_template(
        "my_data/page.html", tables=TABLES, counts=my_data.counts(user_id), person=my_data.person(user_id)
    )


@blueprint.get("/<name>")
def table(name: str) -> str | Response:
    found = _table(name)
    user_id = guards.listener().id
    after = request.args.get("after")
    try:
        cursor = _cursor(after)
        page = my_data.page(user_id, found, cursor)
        previous = my_data.page(user_id, _backwards(found), cursor).following if cursor else None
        before = my_data.count(user_id, found, until=cursor) if cursor else 0
    except BadCursor:
        first_page = url_for("my_data.table", name=name)
        return errors.answer(
            400, text="There is no such page of this table.", way_on=(first_page, "To its first page")
        )
    count = my_data.count(user_id, found)
    shown = _shown(found.columns, page.rows)
    return render_template(
        "my_data/table.html",
        name=name,
        columns=[found.columns[place] for place in shown],
        rows=[[_in_words(found.columns[place], row[place]) for place in shown] for row in page.rows],
        numbers=[
            found.columns[place] for place in shown if any(isinstance(row[place], int) for row in page.rows)
        ],
        left_out=[column for place, column in enumerate(found.columns) if place not in shown],
        count=count,
        first=before + 1,
        after=after,
        previous=_cursor_text(previous),
        following=_cursor_text(page.following),
        page_size=PAGE_SIZE,
    )


def _backwards(table: StoredTable) -> StoredTable:
    """Return the table in the other order: what follows a row there stands before it here."""
    return replace(table, newest_first=not table.newest_first)


def _shown(columns: Sequence[str], rows: Sequence[Sequence[Cell]]) -> list[int]:
    """Return the places of the columns in the order of the page; one that says nothing is left out."""

    def order(place: int) -> tuple[int, int]:
        column = columns[place]
        if column in _LATER:
            return 2, _LATER.index(column)
        return (0, _EARLIER.index(column)) if column in _EARLIER else (1, place)

    return [
        place
        for place in sorted(range(len(columns)), key=order)
        if not rows or any(row[place] not in (None, "", []) for row in rows)
    ]


def _in_words(column: str, value: Cell) -> Cell:
    return _WORDS[column].get(value, value) if column in _WORDS and isinstance(value, str) else value


@blueprint.get("/about-you.csv")
def about_you() -> Response:
    """Return what is stored about the listener apart from the tables, in one row."""
    person = my_data.person(guards.listener().id)
    fields = {field.name: getattr(person, field.name) for field in dataclass_fields(person)}
    fields["signed_in_at"] = [_csv_cell(moment) for moment in person.signed_in_at]
    return _file("about-you", tuple(fields), [tuple(fields.values())])


@blueprint.get("/<name>.csv")
def download(name: str) -> Response:
    """Stream the whole table; nobody's memory holds it at once."""
    found = _table(name)
    return _file(name, found.columns, my_data.every_row(guards.listener().id, found))


def _file(name: str, columns: Sequence[str], rows: Iterable[Sequence[Cell]]) -> Response:
    response = Response(stream_with_context(_csv(columns, rows)), mimetype="text/csv")
    response.headers["Content-Disposition"] = f'attachment; filename="spotistats-{name}.csv"'
    return response


def _table(name: str) -> StoredTable:
    if name not in TABLES:
        abort(404)
    return TABLES[name]


def _csv(columns: Sequence[str], rows: Iterable[Sequence[Cell]]) -> Iterator[str]:
    buffer = io.StringIO()
    writer = csv.writer(buffer, quoting=csv.QUOTE_NONNUMERIC)
    writer.writerow(columns)
    for row in rows:
        writer.writerow([_csv_cell(cell) for cell in row])
        if buffer.tell() > 32_768:
            yield _taken(buffer)
    yield _taken(buffer)


def _taken(buffer: io.StringIO) -> str:
    text = buffer.getvalue()
    buffer.seek(0)
    buffer.truncate()
    return text


def _csv_cell(cell: Cell) -> str | int | None:
    if isinstance(cell, datetime):
        return cell.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    if isinstance(cell, list):
        cell = json.dumps(cell, ensure_ascii=False)
    if isinstance(cell, str):
        return _BEFORE_A_FORMULA.sub(_guard, cell)
    return cell if isinstance(cell, int | None) else str(cell)


def _guard(found: re.Match[str]) -> str:
    """Put a ' before the text, and before what follows what was found, where that would be a formula."""
    before, following = found.group(), found.string[found.end() : found.end() + 1]
    is_formula, is_start = following in _FORMULA_STARTS, found.start() == 0
    is_cut = not is_start or not _SEPARATORS.isdisjoint(before)
    guarded = f"{before}'" if is_formula and is_cut else before
    return f"'{guarded}" if is_start and (is_formula or before.startswith(("\t", "\r", "\n"))) else guarded


def _cursor(text: str | None) -> Cursor | None:
    """Return the place that `_cursor_text` wrote into an address."""
    if text is None:
        return None
    try:
        parts = json.loads(base64.urlsafe_b64decode(text.encode("ascii")))
    except (ValueError, binascii.Error, RecursionError) as error:
        raise BadCursor(text) from error
    if not isinstance(parts, list) or not all(isinstance(part, str) for part in parts):
        raise BadCursor(text)
    return tuple(parts)


def _cursor_text(cursor: Cursor | None) -> str | None:
    return base64.urlsafe_b64encode(json.dumps(cursor).encode()).decode() if cursor else None
