"""What is stored about a listener: every row, to look at and to take away."""

import base64
import binascii
import csv
import io
import json
import re
from collections.abc import Iterator
from datetime import datetime

from flask import Blueprint, Response, abort, render_template, request, stream_with_context

from spotistats.stats import my_data
from spotistats.stats.my_data import TABLES, BadCursor, Cell, Cursor, StoredTable
from spotistats.web import guards

blueprint = Blueprint("my_data", __name__, url_prefix="/my-data")

# A spreadsheet takes a cell that begins like this for a formula and runs it, some after dropping white space,
# a byte order mark or quotes. Where ; separates columns, a cell can begin in the middle of our text, too.
_FORMULA_STARTS = frozenset("=+-@＝＋－＠")
_SEPARATORS = frozenset(";\t\r\n")
_BEFORE_A_FORMULA = re.compile(r"(?:^|[;\t\r\n])[;\s\"\ufeff\u200b-\u200f\u2060]*")


@blueprint.get("")
def show() -> str:
    user_id = guards.listener().id
    return render_template(
        "my_data/page.html", tables=TABLES, counts=my_data.counts(user_id), person=my_data.person(user_id)
    )


@blueprint.get("/<name>")
def table(name: str) -> str:
    found = _table(name)
    user_id = guards.listener().id
    try:
        page = my_data.page(user_id, found, _cursor(request.args.get("after")))
    except BadCursor:
        abort(400, "There is no such page of this table. Go back to its first page.")
    return render_template(
        "my_data/table.html",
        name=name,
        table=found,
        page=page,
        count=my_data.count(user_id, found),
        after=request.args.get("after"),
        following=_cursor_text(page.following),
    )


@blueprint.get("/<name>.csv")
def download(name: str) -> Response:
    """Stream the whole table; nobody's memory holds it at once."""
    found = _table(name)
    rows = stream_with_context(_csv(guards.listener().id, found))
    response = Response(rows, mimetype="text/csv")
    response.headers["Content-Disposition"] = f'attachment; filename="spotistats-{name}.csv"'
    return response


def _table(name: str) -> StoredTable:
    if name not in TABLES:
        abort(404)
    return TABLES[name]


def _csv(user_id: int, found: StoredTable) -> Iterator[str]:
    buffer = io.StringIO()
    writer = csv.writer(buffer, quoting=csv.QUOTE_NONNUMERIC)
    writer.writerow(found.columns)
    for row in my_data.every_row(user_id, found):
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
