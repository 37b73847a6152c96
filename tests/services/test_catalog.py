"""Tracks, albums and artists, shared by all listeners, as they were named last."""

from dataclasses import replace

import pytest
from sqlalchemy import select, text

from spotistats.extensions import db, end_reading, transaction
from spotistats.models import Album as StoredAlbum
from spotistats.models import Artist as StoredArtist
from spotistats.models import Track as StoredTrack
from spotistats.models import TrackArtist
from spotistats.plays import Album, Artist, Track
from spotistats.services.catalog import save_tracks, unplayed

pytestmark = pytest.mark.usefixtures("in_app")

SONG = Track(
    id="song",
    name="Song",
    duration_ms=180_000,
    artists=(Artist("x", "Ada"), Artist("y", "Ben")),
    album=Album("album", "An album", "https://i.scdn.co/image/1"),
    isrc="GBAAA2600001",
)


def save(*tracks: Track) -> None:
    with transaction() as session:
        save_tracks(session, tracks)


def stored(track_id: str = "song") -> StoredTrack:
    end_reading()
    return db.session.execute(
        select(StoredTrack).where(StoredTrack.id == track_id), execution_options={"populate_existing": True}
    ).scalar_one()


def credits_of(track_id: str = "song") -> list[str]:
    end_reading()
    query = select(TrackArtist.artist_id).where(TrackArtist.track_id == track_id)
    return list(db.session.scalars(query.order_by(TrackArtist.position)))


def test_a_track_is_stored_with_its_album_and_all_its_artists() -> None:
    save(SONG)
    track = stored()
    assert (track.name, track.duration_ms, track.isrc) == ("Song", 180_000, "GBAAA2600001")
    assert (track.album_id, track.artist_name) == ("album", "Ada, Ben")
    assert credits_of() == ["x", "y"]


def test_new_names_and_credits_take_the_place_of_old_ones() -> None:
    save(SONG)
    save(replace(SONG, name="Song (2026)", artists=(Artist("y", "Benjamin"),)))
    assert (stored().name, stored().artist_name) == ("Song (2026)", "Benjamin")
    assert credits_of() == ["y"]
    end_reading()
    names = {row.id: row.name for row in db.session.execute(select(StoredArtist.id, StoredArtist.name))}
    assert names == {"x": "Ada", "y": "Benjamin"}


def test_what_is_not_told_leaves_what_is_known() -> None:
    save(SONG)
    save(replace(SONG, album=None, isrc=None))
    assert (stored().album_id, stored().isrc) == ("album", "GBAAA2600001")
    save(replace(SONG, album=Album("album", "An album", None)))
    end_reading()
    assert db.session.scalar(select(StoredAlbum.image_url)) == "https://i.scdn.co/image/1"


def test_an_artist_may_be_credited_twice_and_nobody_at_all() -> None:
    save(
        replace(SONG, artists=(Artist("x", "Ada"), Artist("x", "Ada"))),
        replace(SONG, id="noise", artists=()),
    )
    assert credits_of() == ["x", "x"]
    assert credits_of("noise") == []
    assert stored("noise").artist_name == ""


def test_names_of_every_kind_are_stored_as_given() -> None:
    name = "<b>&amp; 🎷 \u200fשלום \u202e 'quote' \"two\" %s :x \\ " + "long " * 2000
    save(replace(SONG, name=name, artists=(Artist("x", name),), id="i" * 512))
    assert (stored("i" * 512).name, stored("i" * 512).artist_name) == (name, name)


def test_a_page_of_tracks_with_many_credits() -> None:
    artists = tuple(Artist(f"artist {number}", "Somebody") for number in range(100))
    save(*[replace(SONG, id=f"song {number}", artists=artists) for number in range(50)])
    assert len(credits_of("song 49")) == 100


def test_no_tracks_are_no_work() -> None:
    save()
    assert db.session.scalars(select(StoredTrack.id)).all() == []
    save(SONG)
    save()
    assert stored().name == "Song"


@pytest.mark.parametrize(
    "database_url", [pytest.param("postgresql", marks=pytest.mark.postgresql)], indirect=True
)
def test_postgresql_compares_what_is_named_in_one_pass() -> None:
    """A list of all names that are used, compared with each one, takes hours for a grown history."""
    for statement in unplayed():
        plan = db.session.execute(text(f"EXPLAIN {statement.compile(db.engine)}")).scalars().all()
        assert any("Anti Join" in step for step in plan), plan
