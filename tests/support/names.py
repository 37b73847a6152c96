"""Names as real catalogues and people's profiles have them, and worse."""

MARKUP = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>&amp;{{ 7*7 }}"
EMOJI = "👩‍🎤🎸 Ünïcödé 你好"
RIGHT_TO_LEFT = "\u202eevil\u202c \u200fשלום\u200f"
LONG = "Länge" * 2000
WITH_NUL = "nu\0ll"
CONTROLS = "bell\a escape\x1b[31m tab\t line\n end"

NASTY = (MARKUP, EMOJI, RIGHT_TO_LEFT, LONG, WITH_NUL, CONTROLS)
