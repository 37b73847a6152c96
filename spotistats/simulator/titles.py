"""Words for titles, by language or mood. `{a}` and `{b}` in a pattern stand for a first and a second word."""

from dataclasses import dataclass
from random import Random


@dataclass(frozen=True)
class Words:
    first: tuple[str, ...]
    second: tuple[str, ...]
    patterns: tuple[str, ...]

    def title(self, chance: Random) -> str:
        """Return one title made of these words."""
        pattern = chance.choice(self.patterns)
        return pattern.format(a=chance.choice(self.first), b=chance.choice(self.second))


def _words(first: str, second: str, patterns: str) -> Words:
    parts = [tuple(word.strip() for word in text.split(",")) for text in (first, second, patterns)]
    return Words(*parts)


WORDS = {
    "night": _words(
        "Paper, Silver, Slow, Tender, Electric, Borrowed, Sleepless, Golden, Distant, Crystal, Hidden, "
        "Violet, Falling, Endless, Gentle, Painted, Summer, Secret, Weightless, Liquid",
        "Moon, Harbour, Signal, Mirror, Garden, Avenue, Photograph, Satellite, Morning, Promise, "
        "Horizon, Holiday, Window, Skyline, Afterglow, Heartbeat, Ocean, Stranger, Letter, Parade",
        "{a} {b}, {b}, {a} {b}s, Under the {a} {b}, {b} in {a} Light, Another {a} {b}, Call Me {a}, "
        "{a} Again, Not Your {b}, {b} Song, Every {b} Knows",
    ),
    "machine": _words(
        "Parallel, Carbon, Static, Analog, Liminal, Concrete, Infra, Polar, Kinetic, Feral, Dense, "
        "Lateral, Zero, Hypnotic, Submerged, Ferro, Modular, Vacant, Oblique, Binary",
        "Circuit, Drift, Phase, Terminal, Vector, Pulse, Chamber, Current, Gate, Platform, Loop, "
        "Voltage, Tunnel, Lattice, Transit, Relay, Cascade, Surge, Index, Halide",
        "{a} {b}, {b}, {b} II, {b} IV, {a}, {a} {b} (Dub), Room 4: {b}, {b} / {a}, {a} State, 0{b}, "
        "The {a} {b}",
    ),
    "fields": _words(
        "Barley, Willow, Copper, Winter, Whistling, Candle, Juniper, Hollow, River, Wooden, Thistle, "
        "September, Amber, Lonesome, Sparrow, Clover, Patient, Weathered, Linen, Honey",
        "Gate, Hill, Fire, Orchard, Road, Kitchen, Porch, Valley, Ferry, Bridge, Meadow, Fence, Chapel, "
        "Cradle, Field, Lantern, Almanac, Harvest, Mountain, Lullaby",
        "{a} {b}, The {a} {b}, {b} of {a}, My Father's {b}, Down by the {b}, Oh {a} {b}, "
        "Letter from {a} {b}, {a}, When the {b} Was Ours, Carry Me {a}",
    ),
    "rooms": _words(
        "Blue, Crooked, Midnight, Early, Left-Handed, Smoky, Tangerine, Quiet, Uptown, Second, Broken, "
        "Narrow, Absent, Velvet, Lazy, Sideways, Sunday, Indigo, Polite, Late",
        "Corner, Waltz, Staircase, Conversation, Departure, Suite, Habit, Bossa, Stroll, Question, "
        "Balcony, Theorem, Ballad, Return, Passage, Portrait, Elevator, Rumour, Sketch, Intermission",
        "{a} {b}, {b} for Yusra, {b} No. 3, {a}, The {a} {b}, {b} in {a}, Almost {a}, "
        "{b} at the Blue Door, Waiting for the {a} {b}, One More {b}",
    ),
    "german": _words(
        "Müde, Schöne, Leise, Grüne, Halbe, Letzte, Späte, Wilde, Süße, Kühle, Blaue, Ferne, Stille, "
        "Erste, Kleine, Große, Schräge, Helle, Heiße, Frühe",
        "Straßenbahn, Küche, Blüte, Brücke, Nacht, Wäsche, Stadt, Tür, Geschichte, Lüge, Sonne, "
        "Zigarette, Miete, Landstraße, Bäckerei, Mütze, Größe, Postkarte, Fähre, Wohnung",
        "{a} {b}, {b}, Keine {b}, Für die {b}, {a} {b} im Mai, Über die {b}, Meine {a} {b}, "
        "Noch eine {b}, Ohne {b}, Wie eine {a} {b}, Zurück zur {b}",
    ),
    "japanese": _words(
        "真夜中の, 夏の, 雨の, 青い, 眠れない, 遠い, 最後の, 透明な, 週末の, 夕暮れの, 秘密の, "
        "きらめく, 海辺の, 春の, 忘れた",
        "ドライブ, 電話, プール, 約束, 横顔, シグナル, 手紙, ステップ, 高速道路, メロディー, ネオン, "
        "屋上, カセット, 花火, 影",
        "{a}{b}, {b}, {a}{b}と君, {b} '84, Midnight {b}, {b} Tonight, 恋は{b}, さよなら{b}, {a}{b}にて, "
        "Last {b}",
    ),
    "weather": _words(
        "Quiet, Drowned, Northern, Ashen, Unmapped, Frozen, Vanishing, Trembling, Luminous, Forgotten, "
        "Patient, Scattered, Seventh, Buried, Pale, Burning, Sunken, Restless, Glacial, Last",
        "Harbour, Signal Fires, Constellations, Archipelago, Weather, Coastline, Machines, Winter, "
        "Cathedrals, Birds, Observatory, Snowfall, Horizon, Lighthouse, Migration, Tundra, Echoes, "
        "Aurora, Valleys, Embers",
        "{a} {b}, And Then the {b}, {b}, The {a} {b} of Home, We Saw {a} {b}, {b} Pt. I, {b} Pt. II, "
        "How to Remember {a} {b}, Toward {b}, All of This Was {b}",
    ),
    "street": _words(
        "Gold, Paper, Corner, Late, Cold, Concrete, Sunday, Lucky, Broke, Loud, Real, Heavy, Clean, "
        "Dollar, Backseat, Borrowed, Marble, Quick, Hungry, Rooftop",
        "Money, Talk, Shoes, Season, Receipts, Mirrors, Traffic, Change, Chess, Neighbours, Almanac, "
        "Windows, Lessons, Taxi, Rent, Weather, Pockets, Cousins, Homework, Verses",
        "{a} {b}, {b}, {a} {b} Freestyle, {b} & {b}, No {b}, {b} (Interlude), All My {b}, {a}, "
        "{b} on Monday, Who Got the {b}?, {a} Like {b}",
    ),
    "quiet": _words(
        "Soft, First, White, Small, Unsent, Early, Pale, Sleeping, Winter, Folded, Silent, Morning, "
        "Fading, Near, Northern, Slow, Drifting, Empty, Grey, Warm",
        "Snow, Étude, Nocturne, Rain, Room, Letter, Window, Feather, Prelude, Tide, Breath, Clock, "
        "Lake, Dust, Staircase, Garden, Branches, Hour, Lamp, Reverie",
        "{a} {b}, {b}, {b} I, {b} II, {b} in D, {a} {b} (Reprise), For {a} {b}, {b} op. 7, "
        "Before the {b}, {a}",
    ),
    "iron": _words(
        "Black, Iron, Blood, Burning, Eternal, Fallen, Cursed, Frozen, Crimson, Bone, Grim, Howling, "
        "Ancient, Molten, Shattered, Silent, Thunder, Pagan, Ashen, Wretched",
        "Throne, Raven, Winter, Covenant, Hammer, Tomb, Serpent, Storm, Oath, Crown, Legion, Forge, "
        "Abyss, Wolf, Requiem, Siege, Tempest, Altar, Ruin, Banner",
        "{a} {b}, {b} of the {a}, The {a} {b}, {b}, March of the {a} {b}, Hail the {b}, "
        "Beneath the {a} {b}, {a} Dawn, Where the {b} Falls, {b} and Flame",
    ),
    "spanish": _words(
        "Luna, Noche, Fuego, Sombra, Arena, Lluvia, Tierra, Sal, Miel, Canción, Calle, Flor, Marea, "
        "Fiebre, Estrella, Brisa, Nube, Sangre, Rosa, Playa",
        "Perdida, Clara, Dulce, Sin Nombre, Morena, del Sur, de Abril, Ajena, Eléctrica, Pequeña, "
        "de Mañana, Salvaje, Mía, Prohibida, del Mar, en Llamas, Serena, Dormida, de Cristal, Nueva",
        "{a} {b}, {a}, La {a} {b}, Otra {a} {b}, ¿Dónde Está la {a}?, Mi {a}, {a} y {a}, "
        "Corazón de {a}, Baila {a}, Sin {a} No Hay Nada, Ay {a}",
    ),
}
VENUES = (
    "Live at Werfthalle 7",
    "Live in Malmö",
    "Live at the Tin Chapel",
    "Live from Studio Nord",
    "Live in Ōsaka",
)
VERSIONS = ("Acoustic", "Demo", "Radio Edit", "Extended Mix", "Piano Version")
ALBUM_FORMS = ("{}", "{}", "{}", "{}", "{}, Vol. 2", "{} (Deluxe)")
