from itertools import pairwise
from statistics import fmean, pstdev

from spotistats.simulator import randomness


def test_the_parts_decide_and_their_bounds_count() -> None:
    assert randomness.digest("a", 1) == randomness.digest("a", 1)
    assert randomness.digest("ab", "c") != randomness.digest("a", "bc")


def test_ids_look_like_spotifys() -> None:
    ids = {randomness.identifier(7, number) for number in range(2000)}
    assert len(ids) == 2000
    assert all(len(one) == 22 and one.isascii() and one.isalnum() for one in ids)


def test_fractions_fill_the_unit_interval_evenly() -> None:
    drawn = [randomness.fraction("even", number) for number in range(4000)]
    assert 0 <= min(drawn) < 0.01
    assert 0.99 < max(drawn) < 1
    assert abs(fmean(drawn) - 0.5) < 0.02


def test_drift_glides_and_does_not_jump() -> None:
    path = [randomness.drift("key", step / 100) for step in range(5000)]
    assert max(abs(after - before) for before, after in pairwise(path)) < 0.1
    assert 0.4 < pstdev(path) < 1.5


def test_streams_of_different_parts_differ() -> None:
    assert randomness.stream("a").random() == randomness.stream("a").random()
    assert randomness.stream("a").random() != randomness.stream("b").random()
