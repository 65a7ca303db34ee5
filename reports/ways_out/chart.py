"""The chart of a week's days as a drawing for the PDF and as a picture for the mail."""

from html import escape
from pathlib import Path

import fontpkg_inter
import resvg_py

from reports.ways_out.shown import ShownDay
from reports.ways_out.wearing import Wearing

WIDTH, HEIGHT = 480, 150
_TOP, _GROUND, _BAR = 24, 122, 46
FONTS = Path(fontpkg_inter.ROOT) / "files"
_INTER = [str(path) for path in sorted(FONTS.glob("*.ttf")) if "Italic" not in path.name]


def draw_days(days: list[ShownDay], wearing: Wearing, *, width: int = WIDTH) -> str:
    """An SVG of one bar a day, with its figure above and its name below; a paler bar is still filling."""
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
    return f"{title}: " + ", ".join(f"{day.name} {day.value}" for day in days) + "."


def _draw_day(day: ShownDay, middle: float, wearing: Wearing) -> str:
    height = round((_GROUND - _TOP) * day.height, 1)
    top, left = _GROUND - height, middle - _BAR / 2
    fill = wearing.pale if day.is_filling else wearing.colour
    return (
        f'<rect x="{left:.1f}" y="{top:.1f}" width="{_BAR}" height="{height}" rx="1.5" fill="{fill}" '
        f'stroke="{wearing.colour}" stroke-width="{1 if day.is_filling else 0}"/>'
        f'<text x="{middle:.1f}" y="{top - 7:.1f}" fill="#17201E">{escape(day.value)}</text>'
        f'<text x="{middle:.1f}" y="{_GROUND + 19}" fill="#55605D">{escape(day.name)}</text>'
    )
