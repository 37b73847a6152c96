"""The made-up artists, by style. Any likeness to real ones is chance."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Style:
    """How the music of a style is made.

    `seconds` bounds a usual track; `guests` and `remixes` are the share of tracks with a featured artist
    and of singles with remixes; `language` picks the words that titles are made of.
    """

    names: tuple[str, ...]
    seconds: tuple[int, int]
    language: str = "night"
    guests: float = 0.04
    remixes: float = 0.1
    live: float = 0.15


def _names(text: str) -> tuple[str, ...]:
    return tuple(name.strip() for name in text.split("|"))


STYLES = {
    "dream pop": Style(
        _names(
            "Pale Meridian | Velvet Estuary | Nora Quillfeather | Slow Lanterns | The Glass Orchard | "
            "Hush Arcade | Lumen & Lace | Saltwater Telephone | Ivory Tidepool | Cloud Cartography"
        ),
        (200, 320),
    ),
    "techno": Style(
        _names(
            "Kontrast 9 | Halbleiter | Mira Volkov-Stein | Nachtfahrplan | Sektor Ö | Grauwerk | "
            "Delta Foundry | Ines Tarkan | Ostkreuz Modular | Null Kelvin"
        ),
        (330, 540),
        language="machine",
        guests=0.06,
        remixes=0.7,
        live=0.02,
    ),
    "indie folk": Style(
        _names(
            "Harrow & Finch | Wren Castellane | The Barley Letters | Tobias Underhay | Old Ferry Road | "
            "Juniper Latch | Marrow Creek Choir | Elspeth Vane | North of Nowhere Farm | "
            "Amos Birdwhistle"
        ),
        (170, 290),
        language="fields",
        live=0.3,
    ),
    "jazz": Style(
        _names(
            "Calloway Brandt Quartet | Yusra Okonjo Trio | Blue Parallel | Leopold Strand | "
            "The Tenth Avenue Five | Maïa Delacourt | Second Line Syndicate | Hideo Karasawa Group | "
            "Oskar Lindgren Nonet | Round Corner"
        ),
        (260, 520),
        language="rooms",
        guests=0.12,
        remixes=0.0,
        live=0.45,
    ),
    "german indie": Style(
        _names(
            "Fräulein Übermut | Die Höflichen | Jonte Grün | Kiosk am Kanal | Mädchen mit Schirm | "
            "Löwenzahn & Beton | Späti Orchester | Hannes Querfeld | Bürgersteig Blues | "
            "Zwölf Uhr Mittags"
        ),
        (170, 270),
        language="german",
        guests=0.08,
        live=0.25,
    ),
    "city pop": Style(
        _names(
            "夜明けのプール | 青山リサ | Neon Ginza Club | 海岸通り三丁目 | Tokio Mirage | "
            "ミッドナイト食堂 | 月曜日のペンギン | Haruka Minazuki | 雨宮カセット | Sunset 環状線"
        ),
        (200, 310),
        language="japanese",
        guests=0.06,
    ),
    "post-rock": Style(
        _names(
            "A Map of Every Winter | Glaciers Learn to Walk | Sól & Aska | The Long Exposure | "
            "Cathedral Static | We Were Lighthouses | Borealis Committee | Hollow Coast | "
            "Thirteen Quiet Satellites | Fjärran"
        ),
        (340, 540),
        language="weather",
        guests=0.02,
        remixes=0.03,
        live=0.25,
    ),
    "hip hop": Style(
        _names(
            "Kasimir Flow | Mona Decibel | DJ Paternoster | Big Umbrella | Lex Okafor | "
            "Nia Sterling-Boateng | Dusty Ledger | The Corner Professors | Young Almanac | "
            "Verse & Vapour"
        ),
        (120, 250),
        language="street",
        guests=0.38,
        remixes=0.2,
        live=0.02,
    ),
    "piano": Style(
        _names(
            "Elin Ravnsborg | Matthieu Clairval | Studies for Rain | Aurelia Nakagawa-Holm | "
            "Paper Felt | Jon Kvist | The Quiet Instrument | Ludwika Zielny | Stillewerk | Anton Mirsky"
        ),
        (95, 240),
        language="quiet",
        guests=0.02,
        remixes=0.05,
        live=0.08,
    ),
    "metal": Style(
        _names(
            "Iron Vesper | Throne of Thorns | Kaltfront | Mjölkvarg | Ashen Parliament | "
            "Seven Rusted Crowns | Wolfram Requiem | Black Harbour Fleet | Dödsvals | Obsidian Oath"
        ),
        (220, 480),
        language="iron",
        guests=0.03,
        remixes=0.0,
        live=0.3,
    ),
    "synth pop": Style(
        _names(
            "Arcade Hearts 💜 | Vera Lux | Polaroid Motel | Cassette Weekend | The Chrome Cadets | "
            "Magnetic Summer | Ultraviolet Club | Kiki Monsoon | Laser Picnic | Robin & the Replicas"
        ),
        (170, 270),
        guests=0.16,
        remixes=0.5,
    ),
    "latin": Style(
        _names(
            "Lucía Marisol | Los Vecinos del Puerto | Señor Carambola | Orquesta Medianoche | "
            "Paloma Brava | Tinto y Limón | El Niño Relámpago | Ñandú Sound System | Bruna Azevedo | "
            "Marea Alta"
        ),
        (160, 280),
        language="spanish",
        guests=0.25,
        remixes=0.35,
    ),
}
