"""What every template can call: components without an import, and addresses that nobody turns elsewhere."""

import pytest
from flask import Flask, render_template_string

from spotistats.config import ROOT


@pytest.mark.parametrize(
    ("call", "shown"),
    [
        ("{{ csrf() }}", '<input type="hidden" name="csrf_token" value="'),
        ("{{ empty('Nothing <b>', 'Yet') }}", '<p class="empty-title">Nothing &lt;b&gt;</p>'),
        ("{{ named('<b>') }}", "<bdi>&lt;b&gt;</bdi>"),
    ],
)
def test_components_need_no_import_and_escape_what_they_show(app_alone: Flask, call: str, shown: str) -> None:
    with app_alone.test_request_context():
        assert shown in render_template_string(call)


@pytest.mark.parametrize("elsewhere", ["/evil", "//evil.example"])
def test_who_asks_cannot_say_where_the_pages_are(app_alone: Flask, elsewhere: str) -> None:
    with app_alone.test_request_context(environ_overrides={"SCRIPT_NAME": elsewhere}):
        assert render_template_string("{{ url_for('history.show', days=30) }}") == "/history?days=30"


def test_the_address_of_a_file_changes_with_its_content(app_alone: Flask) -> None:
    asset = app_alone.jinja_env.globals["asset"]
    assert callable(asset)
    sheets = [path.name for path in (ROOT / "spotistats/static/css").iterdir()]
    addresses = {asset(f"css/{name}") for name in sheets}
    assert all(address.startswith("/static/css/") for address in addresses)
    assert len(addresses) == len({address.partition("?v=")[2] for address in addresses}) == len(sheets)
