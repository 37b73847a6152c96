"""Covers: a small picture for every id, the same for the same id."""

from functools import lru_cache

from .compositions import COMPOSITIONS
from .randomness import stream

# Each begins with the ground; then come the strongest colour and three that go with it.
PALETTES = (
    ("#f4e9d8", "#c8452b", "#e8a33d", "#2f5d62", "#a7c4a0"),
    ("#1d1a2f", "#ff8c61", "#ce6a85", "#5c4d8a", "#35305c"),
    ("#f7f1e5", "#2b4c7e", "#f2a65a", "#d1495b", "#9fc2cc"),
    ("#0f2b33", "#f2c14e", "#3d9a8b", "#f78154", "#1f5561"),
    ("#fbeee6", "#8f2d56", "#ffbc42", "#d81159", "#73b8c9"),
    ("#262a33", "#e9d8a6", "#94a89a", "#ca6702", "#3f4a56"),
    ("#e6efe9", "#1f6f5c", "#f4a259", "#5b8e7d", "#bc4b51"),
    ("#2a1521", "#f7b2ad", "#e5446d", "#7a306c", "#4c2039"),
    ("#eef0f7", "#3a4a9f", "#f08a8a", "#8fa3e0", "#f5cf7a"),
    ("#14213d", "#fca311", "#5fa8d3", "#cae9ff", "#27406b"),
    ("#f3e7e4", "#6d597a", "#e56b6f", "#355070", "#eaac8b"),
    ("#13302a", "#e0c56e", "#5aa17f", "#e76f51", "#245347"),
    ("#fff6e0", "#e2711d", "#3c6e71", "#ffc971", "#a3b18a"),
    ("#221f26", "#b8f2e6", "#ffa69e", "#5e6472", "#3a3742"),
    ("#e9e3f0", "#5b2a86", "#f29ca3", "#7785ac", "#f6d186"),
    ("#31221c", "#f3d5a2", "#c9683f", "#7f9172", "#553a2f"),
)


@lru_cache(maxsize=4096)
def cover(image_id: str, size: int = 640) -> str:
    """Return the picture of an id as SVG, `size` pixels wide and high. The id itself is not in it."""
    chance = stream("cover", image_id)
    ground, *colours = chance.choice(PALETTES)
    draw = chance.choice(COMPOSITIONS)
    shapes = "".join(draw(chance, colours))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{size}" height="{size}" viewBox="0 0 300 300">'
        f'<rect width="300" height="300" fill="{ground}"/>{shapes}</svg>'
    )
