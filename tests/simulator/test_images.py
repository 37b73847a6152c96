import pytest
import requests

from spotistats.simulator import Simulator

from .conftest import Get


def test_a_cover_is_served_safely_and_for_long(simulator: Simulator, http: requests.Session) -> None:
    answer = http.get(f"{simulator.origin}/images/abc.svg?size=64", timeout=5)
    assert answer.status_code == 200
    assert answer.headers["Content-Type"].startswith("image/svg+xml")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "max-age=31536000" in answer.headers["Cache-Control"]
    assert answer.headers["Content-Security-Policy"] == "default-src 'none'"
    assert 'width="64"' in answer.text


@pytest.mark.parametrize(
    ("size", "width"), [("", 640), ("?size=x", 640), ("?size=0", 1), ("?size=999999", 2000)]
)
def test_odd_sizes(simulator: Simulator, http: requests.Session, size: str, width: int) -> None:
    answer = http.get(f"{simulator.origin}/images/abc.svg{size}", timeout=5)
    assert f'width="{width}"' in answer.text


def test_every_picture_of_a_page_exists(get: Get, http: requests.Session) -> None:
    items = get("/me/player/recently-played", limit=3).json()["items"]
    images = [image for item in items for image in item["track"]["album"]["images"]]
    assert len(images) == 9
    for image in images:
        answer = http.get(image["url"], timeout=5)
        assert answer.status_code == 200
        assert f'width="{image["width"]}"' in answer.text


def test_pictures_are_no_calls_to_spotify(simulator: Simulator, http: requests.Session) -> None:
    http.get(f"{simulator.origin}/images/abc.svg", timeout=5)
    assert simulator.calls == []
