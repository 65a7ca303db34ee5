"""An agency's colour, made readable: as text on white it must reach 4.5 to 1."""

import re

READABLE = 4.5
_HEX = re.compile(r"#[0-9a-fA-F]{6}")


def is_colour(text: str) -> bool:
    """Whether this is a colour as #RRGGBB."""
    return _HEX.fullmatch(text) is not None


def contrast_on_white(colour: str) -> float:
    """The contrast of WCAG 2, from 1 (white) to 21 (black)."""
    red, green, blue = (_linear(part) for part in _parts(colour))
    return 1.05 / (0.2126 * red + 0.7152 * green + 0.0722 * blue + 0.05)


def darken(colour: str) -> str:
    """The same hue, only as much darker as it takes to be read on white; #FFD400 becomes an olive."""
    parts = _parts(colour)
    for step in range(100, -1, -1):
        darker = "#" + "".join(f"{part * step // 100:02X}" for part in parts)
        if contrast_on_white(darker) >= READABLE:
            return darker
    return "#000000"


def lighten(colour: str) -> str:
    """A pale tint of it, for days that are still filling."""
    return "#" + "".join(f"{255 - (255 - part) * 45 // 100:02X}" for part in _parts(colour))


def initials(name: str) -> str:
    """Up to two letters that stand for a name: Marlow & Pike → MP."""
    words = [word for word in re.split(r"[^\w]+", name) if word]
    return "".join(word[0] for word in words[:2]).upper() or "–"


def _parts(colour: str) -> tuple[int, int, int]:
    if not is_colour(colour):
        raise ValueError(f"{colour!r} is not a colour like #0B5C63.")
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def _linear(part: int) -> float:
    value = part / 255
    return float(value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4)
