"""What a mail or PDF wears: the agency's name, logo and colour, readable on white."""

import io
import warnings
from dataclasses import dataclass

from django.utils.translation import gettext as _
from PIL import Image, UnidentifiedImageError

from accounts.models import Agency
from common.errors import Refusal
from reports.core.brand import darken, initials, is_colour, lighten
from reports.models import USUAL_COLOUR, Brand

MOST_LOGO_BYTES = 300_000
MOST_LOGO_PIXELS = 4_000_000
FORMATS = ("PNG", "JPEG")
BROKEN = (
    UnidentifiedImageError,
    OSError,
    ValueError,
    SyntaxError,
    Image.DecompressionBombWarning,
    Image.DecompressionBombError,
)
# Twice what is shown, for sharp screens.
LOGO_HEIGHT, LOGO_WIDTH = 72, 360


@dataclass(frozen=True, slots=True)
class Wearing:
    """`colour` reaches 4.5 to 1 on white; `logo` is a PNG twice as large as `width` × `height`."""

    name: str
    colour: str
    pale: str
    initials: str
    logo: bytes | None = None
    width: int = 0
    height: int = 0


def wear(agency: Agency) -> Wearing:
    """What the agency's mails wear today."""
    brand = Brand.objects.filter(agency=agency).first() or Brand(agency=agency)
    name = brand.name or agency.name
    colour = darken(brand.colour if is_colour(brand.colour) else USUAL_COLOUR)
    logo = bytes(brand.logo) if brand.logo else None
    width, height = _size_of(logo) if logo else (0, 0)
    return Wearing(name, colour, lighten(colour), initials(name), logo, width, height)


def save_brand(agency: Agency, *, name: str, colour: str, logo: bytes | None, keep_logo: bool) -> Brand:
    """Keep name, colour and logo; raises Refusal naming the field. Without a new logo the old one stays or goes."""
    if not is_colour(colour):
        raise Refusal("invalid_colour", _("Write the colour as # and six digits, like #0B5C63."), field="colour")
    name = " ".join(name.split())
    if len(name) > 60:
        raise Refusal("too_long", _("Give at most 60 characters."), field="name")
    brand = Brand.objects.filter(agency=agency).first() or Brand(agency=agency)
    brand.name, brand.colour = name, colour.upper()
    if logo is not None:
        brand.logo = redraw_logo(logo)
    elif not keep_logo:
        brand.logo = None
    brand.save()
    return brand


def redraw_logo(given: bytes) -> bytes:
    """The picture drawn anew as a small PNG, so that nothing else in the file is kept; raises Refusal."""
    if len(given) > MOST_LOGO_BYTES:
        raise Refusal("too_large", _("The picture may have at most 300 kB."), field="logo")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(given), formats=FORMATS) as picture:
                if picture.width * picture.height > MOST_LOGO_PIXELS:
                    raise Refusal("too_large", _("The picture may have at most four million pixels."), field="logo")
                drawn = picture.convert("RGBA")
    except BROKEN as error:
        raise Refusal("invalid_picture", _("Choose a picture in PNG or JPEG format."), field="logo") from error
    drawn.thumbnail((LOGO_WIDTH, LOGO_HEIGHT), Image.Resampling.LANCZOS)
    out = io.BytesIO()
    drawn.save(out, "PNG", optimize=True)
    return out.getvalue()


def _size_of(logo: bytes) -> tuple[int, int]:
    with Image.open(io.BytesIO(logo), formats=("PNG",)) as picture:
        return max(1, picture.width // 2), max(1, picture.height // 2)
