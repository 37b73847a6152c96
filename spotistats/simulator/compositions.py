"""Small geometric pictures: each function draws one kind into a square of 300 units.

They take a source of chance and the colours after the ground, the strongest first, and return SVG elements.
"""

import math
from collections.abc import Callable, Iterator, Sequence
from random import Random
from typing import NamedTuple

Colours = Sequence[str]
Composition = Callable[[Random, Colours], Iterator[str]]
SIDE = 300


def _circle(x: float, y: float, radius: float, fill: str, more: str = "") -> str:
    return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{radius:.1f}" fill="{fill}"{more}/>'


def _rectangle(x: float, y: float, width: float, height: float, fill: str, more: str = "") -> str:
    return f'<rect x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}" fill="{fill}"{more}/>'


def _path(data: str, fill: str, more: str = "") -> str:
    return f'<path d="{data}" fill="{fill}"{more}/>'


def hills(chance: Random, colours: Colours) -> Iterator[str]:
    """A low sun over rolling hills."""
    yield _circle(chance.uniform(80, 220), chance.uniform(85, 135), chance.uniform(38, 64), colours[0])
    for number, colour in enumerate((colours[2], colours[1], colours[3])):
        top = 150 + number * 48
        first, second = chance.uniform(-50, 40), chance.uniform(-40, 50)
        yield _path(
            f"M0 {top} C80 {top + first:.0f} 110 {top - first:.0f} 160 {top}"
            f" S250 {top + second:.0f} 300 {top - 12} V300 H0Z",
            colour,
        )


def quarters(chance: Random, colours: Colours) -> Iterator[str]:
    """A grid of quarter circles, turned by chance."""
    count = chance.choice((3, 4))
    size = SIDE / count
    for number in range(count * count):
        x, y = number % count * size, number // count * size
        colour, turn = chance.choice(colours), chance.randrange(4)
        ends = ((x, y), (x + size, y), (x + size, y + size), (x, y + size))
        centre, before, after = ends[turn], ends[turn - 3], ends[turn - 1]
        yield _path(
            f"M{centre[0]:.1f} {centre[1]:.1f} L{before[0]:.1f} {before[1]:.1f}"
            f" A{size:.1f} {size:.1f} 0 0 1 {after[0]:.1f} {after[1]:.1f}Z",
            colour,
        )


def rings(chance: Random, colours: Colours) -> Iterator[str]:
    """Rings around a point off the middle."""
    x, y = chance.uniform(70, 230), chance.uniform(70, 230)
    count = chance.randint(5, 8)
    for ring in range(count):
        yield _circle(x, y, 215 * (1 - ring / count), colours[ring % len(colours)])


def bands(chance: Random, colours: Colours) -> Iterator[str]:
    """Slanted bands with a disc before them."""
    angle = chance.choice((-45, -30, 30, 45))
    yield f'<g transform="rotate({angle} 150 150)">'
    y = -80.0
    while y < 380:
        height = chance.uniform(14, 58)
        yield _rectangle(-90, y, 480, height, chance.choice(colours[1:]))
        y += height + chance.choice((0, 8, 18))
    yield "</g>"
    yield _circle(150, 150, chance.uniform(54, 84), colours[0])


def overlap(chance: Random, colours: Colours) -> Iterator[str]:
    """Large discs that shine through each other."""
    turn, distance = chance.uniform(0, math.tau), chance.uniform(42, 62)
    for number, colour in enumerate(colours[:3]):
        angle = turn + number * math.tau / 3
        x, y = 150 + distance * math.cos(angle), 150 + distance * math.sin(angle)
        yield _circle(x, y, 82, colour, ' fill-opacity=".82"')


def waves(chance: Random, colours: Colours) -> Iterator[str]:
    """Stacked waves, each a little behind the one before."""
    height, length, shift = chance.uniform(9, 20), chance.choice((75, 100, 150)), chance.uniform(0, 80)
    for row in range(9):
        y, start = 40 + row * 32, -150 - shift + row * 17 % length
        bends = "".join(f" t{length / 2:.0f} 0" for _ in range(int(1200 / length)))
        crest = f"q{length / 4:.0f} {-2 * height:.0f} {length / 2:.0f} 0"
        yield _path(f"M{start:.0f} {y} {crest}{bends} V320 H{start:.0f}Z", colours[row % len(colours)])


def moons(chance: Random, colours: Colours) -> Iterator[str]:
    """The phases of a moon in rows."""
    rows = chance.choice((2, 3))
    size, share = SIDE / (rows + 1), chance.uniform(0.3, 0.44)
    for number in range(rows * rows):
        x, y = (number % rows + 1) * size, (number // rows + 1) * size
        radius, phase = size * share, math.cos(math.pi * number / (rows * rows - 1))
        bulge, side = abs(phase) * radius, 0 if phase > 0 else 1
        yield _circle(x, y, radius, colours[3])
        yield _path(
            f"M{x:.1f} {y - radius:.1f} A{radius:.1f} {radius:.1f} 0 0 1 {x:.1f} {y + radius:.1f}"
            f" A{bulge:.1f} {radius:.1f} 0 0 {side} {x:.1f} {y - radius:.1f}Z",
            colours[0],
        )


def dots(chance: Random, colours: Colours) -> Iterator[str]:
    """A grid of dots that swell towards a point."""
    x, y, count = chance.uniform(60, 240), chance.uniform(60, 240), chance.choice((8, 10))
    step = SIDE / count
    for number in range(count * count):
        across, down = (number % count + 0.5) * step, (number // count + 0.5) * step
        distance = math.hypot(across - x, down - y)
        nearness = math.exp(-((distance / 120) ** 2))
        colour = colours[min(int(distance / 62), len(colours) - 1)]
        yield _circle(across, down, step * (0.1 + 0.4 * nearness), colour)


def petals(chance: Random, colours: Colours) -> Iterator[str]:
    """A flower of two crowns of petals."""
    count, turn = chance.choice((6, 8, 10)), chance.uniform(0, 60)
    for crown, (reach, width) in enumerate(((76, 27), (46, 17))):
        for petal in range(count):
            angle = turn + 360 / count * (petal + crown / 2)
            yield (
                f'<ellipse cx="150" cy="{150 - reach}" rx="{width}" ry="{reach * 0.7:.0f}"'
                f' fill="{colours[crown]}" fill-opacity=".9" transform="rotate({angle:.1f} 150 150)"/>'
            )
    yield _circle(150, 150, 24, colours[2])


def columns(chance: Random, colours: Colours) -> Iterator[str]:
    """Round-ended columns around a middle line, like a sound made visible."""
    count = chance.choice((7, 9, 11))
    step = 228 / count
    heights = [chance.uniform(26, 120) for _ in range(count)]
    for number, height in enumerate(heights):
        x = 36 + step * (number + 0.18)
        colour = colours[0] if height == max(heights) else colours[1 + number % (len(colours) - 1)]
        rounded = f' rx="{step * 0.32:.1f}"'
        yield _rectangle(x, 150 - height, step * 0.64, 2 * height, colour, rounded)


def blocks(chance: Random, colours: Colours) -> Iterator[str]:
    """A square divided again and again, some parts with a half disc."""
    pending = [Box(0, 0, SIDE, SIDE)]
    while pending:
        box = pending.pop()
        longer = max(box.width, box.height)
        if longer > 110 or (longer > 80 and chance.random() < 0.4):
            pending += box.divided(chance.choice((0.35, 0.5, 0.65)))
        else:
            yield from _block(chance, colours, box)


class Box(NamedTuple):
    """A rectangle: its upper left corner and its size."""

    x: float
    y: float
    width: float
    height: float

    def divided(self, share: float) -> tuple["Box", "Box"]:
        """Return the two parts that a cut across the longer side leaves; the first has the share."""
        x, y, width, height = self
        if width > height:
            return Box(x, y, width * share, height), Box(x + width * share, y, width * (1 - share), height)
        return Box(x, y, width, height * share), Box(x, y + height * share, width, height * (1 - share))


def _block(chance: Random, colours: Colours, box: Box) -> Iterator[str]:
    ground, figure = chance.sample(list(colours), 2)
    # Half a unit larger, because neighbours would show a hairline of the ground between them.
    yield _rectangle(box.x, box.y, box.width + 0.5, box.height + 0.5, ground)
    if chance.random() < 0.45:
        radius = min(box.width, box.height) / 2
        left, base = box.x + box.width / 2 - radius, box.y + box.height
        arc = f"A{radius:.1f} {radius:.1f} 0 0 1 {left + 2 * radius:.1f} {base:.1f}"
        yield _path(f"M{left:.1f} {base:.1f} {arc}Z", figure)


def orbits(chance: Random, colours: Colours) -> Iterator[str]:
    """Planets on their ways around a sun."""
    yield _circle(150, 150, chance.uniform(24, 40), colours[0])
    for way in range(4):
        radius, angle = 58 + way * 27, chance.uniform(0, math.tau)
        yield _circle(150, 150, radius, "none", f' stroke="{colours[3]}" stroke-width="2"')
        x, y = 150 + radius * math.cos(angle), 150 + radius * math.sin(angle)
        yield _circle(x, y, chance.uniform(6, 13), colours[1 + way % 2])


COMPOSITIONS: tuple[Composition, ...] = (
    hills, quarters, rings, bands, overlap, waves, moons, dots, petals, columns, blocks, orbits,
)  # fmt: skip
