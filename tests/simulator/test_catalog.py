from itertools import pairwise

import pytest

from spotistats.simulator.artists import STYLES
from spotistats.simulator.catalog import LONGEST_MS, SHORTEST_MS, Catalog, make_catalog
from spotistats.simulator.titles import WORDS


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return make_catalog(7)


def test_there_are_about_120_artists_of_many_styles(catalog: Catalog) -> None:
    assert 100 <= len(catalog.artists) <= 140
    assert {artist.style for artist in catalog.artists} == set(STYLES)
    assert len({artist.name for artist in catalog.artists}) == len(catalog.artists)


def test_every_style_speaks_a_known_language() -> None:
    assert {style.language for style in STYLES.values()} <= set(WORDS)


def test_the_seed_decides(catalog: Catalog) -> None:
    make_catalog.cache_clear()
    again, other = make_catalog(7), make_catalog(8)
    assert again == catalog
    assert {artist.id for artist in other.artists}.isdisjoint(artist.id for artist in catalog.artists)


def test_ids_are_unique_over_everything(catalog: Catalog) -> None:
    ids = [artist.id for artist in catalog.artists]
    ids += [release.album.id for releases in catalog.releases.values() for release in releases]
    ids += [track.id for track in catalog.tracks()]
    assert len(ids) == len(set(ids))


def test_durations_are_those_of_songs(catalog: Catalog) -> None:
    durations = [track.duration_ms for track in catalog.tracks()]
    assert min(durations) >= SHORTEST_MS
    assert max(durations) <= LONGEST_MS
    assert len(set(durations)) > len(durations) / 3


def test_isrcs_are_well_formed_and_nobodys(catalog: Catalog) -> None:
    isrcs = [track.isrc or "" for track in catalog.tracks()]
    assert all(len(isrc) == 12 and isrc.isalnum() and isrc.isupper() for isrc in isrcs)
    assert all(isrc.startswith("ZZ") and isrc[5:].isdigit() for isrc in isrcs)
    assert len(set(isrcs)) > len(isrcs) * 0.999


def test_there_are_remixes_live_versions_guests_and_other_alphabets(catalog: Catalog) -> None:
    tracks = list(catalog.tracks())
    remixes = [track for track in tracks if track.name.endswith("Remix")]
    guests = [track for track in tracks if "(feat. " in track.name]
    assert len(remixes) > 20
    assert len(guests) > 200
    assert all(len(track.artists) >= 2 for track in remixes + guests)
    assert any(" - Live " in track.name for track in tracks)
    names = "".join(track.name for track in tracks) + "".join(artist.name for artist in catalog.artists)
    assert set("üßñ夜💜") <= set(names)


def test_albums_know_their_tracks(catalog: Catalog) -> None:
    assert len(catalog.releases) > 100
    for releases in catalog.releases.values():
        for release in releases:
            assert release.album.total_tracks == len(release.tracks)
            assert [track.number for track in release.tracks] == list(range(1, len(release.tracks) + 1))
            assert all(track.album == release.album for track in release.tracks)
            assert all(track.artists[0] == release.album.artists[0] for track in release.tracks)


def test_releases_are_in_order(catalog: Catalog) -> None:
    assert max(len(releases) for releases in catalog.releases.values()) > 2
    for releases in catalog.releases.values():
        assert all(one.album.released < two.album.released for one, two in pairwise(releases))


def test_titles_of_an_artist_repeat_rarely(catalog: Catalog) -> None:
    assert len(catalog.releases) > 100
    for releases in catalog.releases.values():
        names = [track.name for release in releases for track in release.tracks]
        assert len(set(names)) > 0.95 * len(names)
