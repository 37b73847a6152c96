import re
from xml.etree import ElementTree

import pytest

from spotistats.simulator.compositions import COMPOSITIONS, Box, Composition
from spotistats.simulator.covers import PALETTES, cover
from spotistats.simulator.randomness import stream

ALLOWED = {"svg", "rect", "circle", "ellipse", "path", "g"}


def test_a_cover_is_the_same_for_the_same_id() -> None:
    first = cover("6cmp7ut7okJAgJOSaMAVf3")
    cover.cache_clear()
    assert cover("6cmp7ut7okJAgJOSaMAVf3") == first
    assert cover("6cmp7ut7okJAgJOSaMAVf4") != first


def test_the_size_changes_the_outside_only() -> None:
    small, large = cover("a", 64), cover("a", 640)
    assert 'width="64" height="64"' in small
    assert small.replace('"64"', '"640"') == large


def test_covers_are_many() -> None:
    covers = {cover(str(number)) for number in range(400)}
    assert len(covers) == 400
    assert all(len(one) < 15_000 for one in covers)


def test_covers_hold_nothing_but_shapes() -> None:
    for number in range(200):
        root = ElementTree.fromstring(cover(f"<script>{number}"))
        assert {element.tag.rpartition("}")[2] for element in root.iter()} <= ALLOWED


@pytest.mark.parametrize("draw", COMPOSITIONS, ids=lambda draw: draw.__name__)
def test_each_composition_draws_well_formed_shapes_in_its_colours(draw: Composition) -> None:
    for number in range(12):
        colours = PALETTES[number][1:]
        text = "".join(draw(stream("composition", number), colours))
        assert len(list(ElementTree.fromstring(f"<svg>{text}</svg>").iter())) > 3
        assert set(re.findall("#[0-9a-f]{6}", text)) <= set(colours)
        assert "nan" not in text
        assert "inf" not in text


def test_a_box_is_cut_across_its_longer_side() -> None:
    assert Box(0, 0, 100, 50).divided(0.35) == (Box(0, 0, 35, 50), Box(35, 0, 65, 50))
    assert Box(10, 10, 50, 100).divided(0.5) == (Box(10, 10, 50, 50), Box(10, 60, 50, 50))


def test_palettes_have_a_ground_and_four_colours() -> None:
    assert all(len(set(palette)) == 5 for palette in PALETTES)
