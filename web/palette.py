"""The colours as the pages know them, read from their style sheets, with the contrast they hold."""

import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

STYLES = Path(__file__).resolve().parent.parent / "frontend" / "src" / "css"
_TOKEN = re.compile(r"--([\w-]+): light-dark\((#[0-9A-Fa-f]{6}), (#[0-9A-Fa-f]{6})\)")
_CHANNEL = re.compile(r"\.ch-([\w-]+)[^{]*\{ --channel: light-dark\((#[0-9A-F]{6}), (#[0-9A-F]{6})\); \}")


@dataclass(frozen=True, slots=True)
class Colour:
    """A colour in both themes, as #RRGGBB, and its contrast against the surface (1–21)."""

    name: str
    light: str
    dark: str
    on_light: float
    on_dark: float


@lru_cache(maxsize=1)
def tokens() -> dict[str, Colour]:
    """Every colour role by its name without dashes."""
    pairs = _TOKEN.findall((STYLES / "tokens.css").read_text())
    return _measure(pairs, next((light, dark) for name, light, dark in pairs if name == "surface"))


@lru_cache(maxsize=1)
def channels() -> dict[str, Colour]:
    """Every channel's colour by the name its class ends with: `paid-search`."""
    surface = tokens()["surface"]
    return _measure(_CHANNEL.findall((STYLES / "channels.css").read_text()), (surface.light, surface.dark))


def contrast(one: str, other: str) -> float:
    """WCAG 2.2 contrast of two colours written #RRGGBB: 1 to 21."""
    high, low = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def _measure(pairs: list[tuple[str, str, str]], surface: tuple[str, str]) -> dict[str, Colour]:
    return {
        name: Colour(name, light, dark, contrast(light, surface[0]), contrast(dark, surface[1]))
        for name, light, dark in pairs
    }


def _luminance(colour: str) -> float:
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
