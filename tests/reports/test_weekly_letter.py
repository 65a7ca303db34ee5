"""The same figures in mail, text and PDF; readable without pictures; nothing that tells who reads it."""

import io
import re
from dataclasses import replace
from decimal import Decimal as D
from email import message_from_bytes, policy
from html.parser import HTMLParser

import pytest
from PIL import Image
from pypdf import PdfReader

from accounts.tenancy import workspace_scope
from common.errors import Refusal
from reports.core.brand import contrast_on_white
from reports.models import Brand
from reports.ways_out.letter import address_letter, one_line, write_letter
from reports.ways_out.shown import show_week
from reports.ways_out.wearing import redraw_logo, save_brand, wear
from reports.weekly_report import WeeklyReport
from tests.reports.weeks import a_shop, spent, the_week, two_weeks

pytestmark = pytest.mark.django_db
LEAVE = "https://reports.example.test/report/unsubscribe/abc/"


@pytest.fixture
def shop():
    workspace = a_shop()
    with workspace_scope(workspace):
        two_weeks(workspace)
        spent(workspace, "Display", "700")
        yield workspace


def letter_of(shop, report: WeeklyReport | None = None, **more):
    return write_letter(report or the_week(shop), wear(shop.agency), run=4182, unsubscribe_url=LEAVE, **more)


def message_of(letter):
    mail = address_letter(
        letter, to="cleo@northwind.example", sender="Reports <reports@example.test>", message_id="<one@example.test>",
        unsubscribe_url=LEAVE,
    )  # fmt: skip
    return message_from_bytes(mail.message().as_bytes(), policy=policy.default)


class Words(HTMLParser):
    """What a person reads, and what would be fetched."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.text, self.fetched, self.pictures, self._skips = "", [], [], 0
        self.feed(html)

    def handle_starttag(self, tag, attributes):
        given = dict(attributes)
        self.fetched += [given[name] for name in ("src", "background", "srcset") if given.get(name)]
        if tag == "link":
            self.fetched.append(given.get("href"))
        if tag == "img":
            self.pictures.append(given)
        self._skips += tag in ("style", "title")

    def handle_endtag(self, tag):
        self._skips -= tag in ("style", "title")

    def handle_data(self, data):
        if not self._skips:
            self.text += " " + data


def flat(text: str) -> str:
    return " ".join(text.replace("\xa0", " ").split())


def test_every_figure_is_the_same_in_mail_text_and_pdf(shop):
    report = the_week(shop)
    letter, week = letter_of(shop, report), show_week(report, wear(shop.agency), run=4182)
    pdf = flat(" ".join(page.extract_text() for page in PdfReader(io.BytesIO(letter.pdf)).pages))
    ways = {"mail": flat(Words(letter.html).text), "text": flat(letter.text), "pdf": pdf}
    rows = [*week.rows, week.more, week.no_touch, week.total]
    figures = [week.heading, *week.sentences, week.returns_sentence]
    figures += [part for figure in week.figures for part in (figure.name, figure.value, figure.note)]
    figures += [part for row in rows for part in (row.name, row.value, row.change)]
    figures += [part for row in (*week.returns, week.returns_total) for part in (row.cost, row.revenue, row.roi)]
    figures += [week.formula, week.adds_up, week.as_of, week.run]
    assert "€6,375" in figures
    assert week.adds_up == "Credited €6,163.50 + no touch known €211.75 = €6,375.25."
    for way, text in ways.items():
        assert [figure for figure in figures if flat(figure) not in text] == [], way
    for day in week.days:
        assert f"{day.name} {day.value}" in letter.html, "the chart's text tells each day"
        assert day.value in pdf


def test_the_mail_is_small_and_fetches_nothing(shop):
    letter = letter_of(shop)
    assert len(letter.html.encode()) <= 90_000
    assert Words(letter.html).fetched == ["cid:chart"]
    assert "url(" not in letter.html
    assert "@import" not in letter.html


def test_pictures_have_words_and_fixed_sizes(shop):
    letter = letter_of(shop)
    for picture in Words(letter.html).pictures:
        assert picture["alt"]
        assert int(picture["width"]) > 0
        assert int(picture["height"]) > 0
    with Image.open(io.BytesIO(letter.chart)) as chart:
        assert chart.format == "PNG"
        assert chart.size == (960, 300)


def test_the_message_is_put_together_as_mail_programs_expect(shop):
    message = message_of(letter_of(shop))
    # A long subject begins on a line of its own.
    assert message["Subject"].strip() == the_week(shop).heading
    assert message["Message-ID"] == "<one@example.test>"
    assert message["List-Unsubscribe"] == f"<{LEAVE}>"
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    mixed = list(message.iter_parts())
    assert [part.get_content_type() for part in mixed] == ["multipart/alternative", "application/pdf"]
    text, related = mixed[0].iter_parts()
    assert text.get_content_type() == "text/plain"
    html, chart = related.iter_parts()
    assert html.get_content_type() == "text/html"
    assert (chart["Content-ID"], chart.get_content_disposition()) == ("<chart>", "inline")
    assert mixed[1].get_filename() == f"{shop.slug}-2026-11-16.pdf"


def test_the_pdf_is_a4_with_its_fonts_inside(shop):
    pages = PdfReader(io.BytesIO(letter_of(shop).pdf)).pages
    assert len(pages) == 3
    for number, page in enumerate(pages, 1):
        assert (round(page.mediabox.width), round(page.mediabox.height)) == (595, 842)
        assert f"Page {number} of 3" in flat(page.extract_text())
        fonts = [font.get_object() for font in page["/Resources"]["/Font"].values()]
        for font in fonts:
            inner = font["/DescendantFonts"][0].get_object()
            assert "Inter" in inner["/BaseFont"]
            descriptor = inner["/FontDescriptor"].get_object()
            assert {"/FontFile2", "/FontFile3"} & set(descriptor)


def test_the_product_is_not_named(shop):
    letter = letter_of(shop)
    assert "headwater" not in (letter.html + letter.text + letter.subject).lower()


HOSTILE = '<script>alert(1)</script> #import "x" {{ 7 }} <mj-raw> & "q"'


def test_what_people_wrote_is_text_everywhere(shop):
    report = the_week(shop)
    rows = [replace(report.channels[0], name=HOSTILE), *report.channels[1:]]
    bent = replace(report, workspace=HOSTILE, words=HOSTILE, heading=HOSTILE, channels=rows)
    letter = letter_of(shop, bent)
    assert "<script" not in letter.html
    assert HOSTILE in flat(Words(letter.html).text)
    assert HOSTILE in letter.text
    pdf = flat(PdfReader(io.BytesIO(letter.pdf)).pages[0].extract_text())
    assert "<script>alert(1)</script>" in pdf
    assert "#import" in pdf


ENDS = ["\r\nBcc: eve@example.test", "\nX: y", "\r", "\x0b", "\x0c", "\x1c", "\x85", "\u2028Bcc: e", "\x00", "\u202e"]


@pytest.mark.parametrize("end", ENDS)
def test_no_name_can_add_a_header(shop, end):
    bent = replace(the_week(shop), heading=f"A week{end}", slug="shop")
    message = message_of(letter_of(shop, bent))
    assert message["Bcc"] is None
    assert message["X"] is None
    assert message["Subject"].strip().startswith("A week")
    assert len(one_line("x" * 10_000)) <= 200


def test_an_agency_wears_its_own_name_colour_and_logo(shop):
    picture = io.BytesIO()
    Image.new("RGB", (800, 200), "#7A2E42").save(picture, "JPEG")
    save_brand(shop.agency, name="Marlow  &\nPike", colour="#ffd400", logo=picture.getvalue(), keep_logo=False)
    wearing = wear(shop.agency)
    assert (wearing.name, wearing.width, wearing.height) == ("Marlow & Pike", 144, 36)
    assert contrast_on_white(wearing.colour) >= 4.5
    letter = letter_of(shop)
    assert wearing.colour in letter.html
    assert Words(letter.html).pictures[0]["alt"] == "Marlow & Pike"
    assert "cid:logo" in letter.html
    assert letter.logo.startswith(b"\x89PNG")
    related = next(iter(message_of(letter).iter_parts()))
    assert re.findall(r"<(\w+)>", " ".join(part.get("Content-ID", "") for part in related.walk())) == ["chart", "logo"]
    save_brand(shop.agency, name="", colour="#FFD400", logo=None, keep_logo=False)
    assert Brand.objects.get(agency=shop.agency).logo is None


NO_PICTURES = [
    b"",
    b"not a picture",
    b"<svg xmlns='http://www.w3.org/2000/svg'/>",
    b"GIF89a\x01\x00\x01\x00",
    b"\x89PNG\r\n\x1a\n" + b"\0" * 99,
    b"x" * 300_001,
]


@pytest.mark.parametrize("given", NO_PICTURES)
def test_what_is_no_picture_is_refused(given):
    with pytest.raises(Refusal) as refused:
        redraw_logo(given)
    assert refused.value.field == "logo"


def test_a_picture_that_would_fill_the_memory_is_refused():
    bomb = io.BytesIO()
    Image.new("1", (20_000, 20_000)).save(bomb, "PNG")
    assert len(bomb.getvalue()) < 300_000
    with pytest.raises(Refusal):
        redraw_logo(bomb.getvalue())


def test_a_very_large_week_still_fits(shop):
    report = the_week(shop)
    large = [replace(day, revenue=D("123456789.12")) for day in report.days]
    letter = letter_of(shop, replace(report, days=large, channels=report.channels * 40))
    assert "€123.5M" in letter.html
    assert len(letter.html.encode()) <= 90_000
