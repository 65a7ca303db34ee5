"""The chart of a week's days as a drawing for the PDF and as a picture for the mail."""

from html import escape
from pathlib import Path

import fontpkg_inter
import resvg_py
from django.utils.translation import gettext as _

from reports.ways_out.shown import ShownDay
from reports.ways_out.wearing import Wearing

WIDTH, HEIGHT = 480, 150
_TOP, _GROUND, _BAR = 24, 122, 46
# Dashes lower than this would be a thick line.
_LEAST_DASHES = 2.0
FONTS = Path(fontpkg_inter.ROOT) / "files"
_INTER = [str(path) for path in sorted(FONTS.glob("*.ttf")) if "Italic" not in path.name]


def draw_days(days: list[ShownDay], wearing: Wearing, *, width: int = WIDTH) -> str:
    """An SVG of one bar a day, with its figure above and its name below.

    A paler bar is still filling; what it is expected to come to stands above it in dashes.
    """
    slot = width / max(1, len(days))
    parts = [_draw_day(day, slot * (place + 0.5), wearing) for place, day in enumerate(days)]
    ground = f'<path d="M0 {_GROUND}.5H{width}" stroke="#858F8B"/>'
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{HEIGHT}" viewBox="0 0 {width} {HEIGHT}" '
        f'font-family="Inter" font-size="12.5" text-anchor="middle">{"".join(parts)}{ground}</svg>'
    )


def paint_days(days: list[ShownDay], wearing: Wearing) -> bytes:
    """The same as a PNG on white, twice as fine for sharp screens."""
    painted = resvg_py.svg_to_bytes(
        svg_string=draw_days(days, wearing), background="white", zoom=2, font_files=_INTER, font_family="Inter"
    )
    return bytes(painted)


def describe_days(days: list[ShownDay], title: str) -> str:
    """What the picture shows, for whom cannot see it."""
    return f"{title}: " + ", ".join(_describe_day(day) for day in days) + "."


def _describe_day(day: ShownDay) -> str:
    if not day.expected:
        return f"{day.name} {day.value}"
    told = _("{day} {value} so far, about {expected} expected")
    return told.format(day=day.name, value=day.value, expected=day.expected)


def _draw_day(day: ShownDay, middle: float, wearing: Wearing) -> str:
    height = round((_GROUND - _TOP) * day.height, 1)
    whole = max(height, round((_GROUND - _TOP) * day.expected_height, 1))
    left = middle - _BAR / 2
    fill = wearing.pale if day.is_filling else wearing.colour
    dashes = (
        f'<rect x="{left:.1f}" y="{_GROUND - whole:.1f}" width="{_BAR}" height="{whole - height:.1f}" rx="1.5" '
        f'fill="none" stroke="{wearing.colour}" stroke-dasharray="3 2"/>'
    )
    return (
        f'<rect x="{left:.1f}" y="{_GROUND - height:.1f}" width="{_BAR}" height="{height}" rx="1.5" fill="{fill}" '
        f'stroke="{wearing.colour}" stroke-width="{1 if day.is_filling else 0}"/>'
        f"{dashes if whole - height >= _LEAST_DASHES else ''}"
        f'<text x="{middle:.1f}" y="{_GROUND - whole - 7:.1f}" fill="#17201E">{escape(day.value)}</text>'
        f'<text x="{middle:.1f}" y="{_GROUND + 19}" fill="#55605D">{escape(day.name)}</text>'
    )
