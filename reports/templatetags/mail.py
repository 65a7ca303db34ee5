"""What the template of the mail needs besides words."""

from django import template

from reports.ways_out.glyphs import GLYPHS

register = template.Library()


@register.inclusion_tag("reports/glyph.html")
def glyph(shape: str, colour: str) -> dict[str, object]:
    """A channel's shape as a letter in its colour."""
    letter, size = GLYPHS[shape]
    return {"letter": letter, "size": size, "colour": colour}


@register.filter
def pixels(part: float, whole: int) -> int:
    """A part of so many pixels, at least one."""
    return max(1, round(part * whole))
