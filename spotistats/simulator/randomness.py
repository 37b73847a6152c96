"""Chance that comes out the same in every process: everything is derived from text with hashlib.

`hash()` is salted per process and therefore never used.
"""

import hashlib
import math
from functools import lru_cache
from random import Random

BASE62 = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
ID_LENGTH = 22


def digest(*parts: object) -> int:
    """Return a 128-bit number that depends on nothing but the parts."""
    text = "\x1f".join(str(part) for part in parts)
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=16).digest())


def fraction(*parts: object) -> float:
    """Return a number in [0, 1) that depends on nothing but the parts."""
    return (digest(*parts) >> 75) / (1 << 53)


def stream(*parts: object) -> Random:
    """Return a generator of random numbers that depends on nothing but the parts."""
    return Random(digest(*parts))  # noqa: S311  Songs are chosen with it, nothing is guarded by it.


def identifier(*parts: object) -> str:
    """Return an id of 22 base62 characters, as Spotify's ids are."""
    number = digest(*parts)
    letters = []
    for _ in range(ID_LENGTH):
        number, index = divmod(number, len(BASE62))
        letters.append(BASE62[index])
    return "".join(letters)


@lru_cache(maxsize=65536)
def _knot(key: str, index: int) -> float:
    """A number that is roughly normal: three uniform ones, centred, with a variance of one."""
    return 2 * sum(fraction(key, index, part) - 0.5 for part in range(3))


def drift(key: str, position: float) -> float:
    """Return a value that wanders slowly and smoothly with the position, about as wide as a normal one.

    Whole positions are independent of each other; between them the value glides from one to the next.
    """
    index = math.floor(position)
    share = position - index
    eased = share * share * (3 - 2 * share)
    return _knot(key, index) * (1 - eased) + _knot(key, index + 1) * eased
