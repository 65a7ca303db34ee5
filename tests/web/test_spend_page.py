"""The spend page: a file is looked at first, saved by a second step, and its bad lines come back to be mended."""

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from accounts.models import AuditEntry
from accounts.tenancy import workspace_scope
from campaigns.models import Spend

pytestmark = pytest.mark.django_db
SPEND = "/w/northwind-bikes/settings/spend/"
BAD_MONTH = '["2026-13-01", "EUR", null, null, null]'
META = (
    "Campaign name,Reporting starts,Reporting ends,Amount spent (USD),Impressions,Link clicks\n"
    "spring,2026-02-01,2026-02-01,8.50,12000,31\n"
    "spring,2026-02-02,2026-02-02,nine,12000,31\n"
    "spring,2026-02-03,2026-02-03,10,1,1\n"
)


def words(answer):
    text = re.sub(r"<[^>]+>", " ", re.sub(r"<(svg|textarea|option).*?</\1>", "", answer.content.decode(), flags=re.S))
    return re.sub(r"\s+", " ", text)


def upload(client, text, **more):
    content = text if isinstance(text, bytes) else text.encode()
    return client.post(SPEND, {"file": SimpleUploadedFile("export.csv", content), **more})


def stored(workspace):
    with workspace_scope(workspace):
        rows = Spend.objects.of(workspace).order_by("start")
        return [(str(row.start), row.amount_micros, row.currency, row.source, row.campaign) for row in rows]


def chosen(**columns):
    return {"chosen": "1", "fixed.source": "facebook", "fixed.medium": "paid_social"} | {
        f"column.{name}": place for name, place in columns.items()
    }


def test_a_file_is_looked_at_and_nothing_is_saved(as_ada, northwind):
    entries = AuditEntry.objects.count()
    answer = upload(as_ada, META)
    said = words(answer)
    assert answer.status_code == 200
    assert "This looks like an export of Meta Ads" in said
    assert "1 line cannot be read. It is left out" in said
    assert "3 Amount nine Write an amount as in 1234.50" in said
    assert "2 lines to save: $18.50" in said
    assert "New: 2. In place of a row" in said
    assert stored(northwind) == []
    assert AuditEntry.objects.count() == entries


def test_the_good_lines_are_saved_and_sending_them_again_replaces(as_ada, northwind):
    form = {"text": META, "do": "save"} | chosen(start=1, end=2, amount=3, campaign=0, impressions=4, clicks=5)
    assert as_ada.post(SPEND, form | {"fixed.currency": "usd"}).status_code == 302
    expected = [
        ("2026-02-01", 8_500_000, "USD", "facebook", "spring"),
        ("2026-02-03", 10_000_000, "USD", "facebook", "spring"),
    ]
    assert stored(northwind) == expected
    again = as_ada.post(SPEND, form | {"fixed.currency": "USD", "text": META.replace("8.50", "9.50")}, follow=True)
    assert "Saved: 0 new, 2 replaced. 1 line left out." in words(again)
    assert stored(northwind)[0][1] == 9_500_000
    said = words(again)
    assert "Feb 2026 Paid Social facebook / paid_social $19.50 2 1 Feb – 3 Feb" in said
    assert "Total in USD $19.50" in said
    assert AuditEntry.objects.filter(action="POST spend").count() == 2


def test_a_column_may_mean_something_else(as_ada, northwind):
    form = {"text": "when;how much;what\n01.02.2026;1.000,5;x\n", "do": "save", "decimal": "comma"}
    as_ada.post(SPEND, form | chosen(start=0, amount=1) | {"fixed.currency": "EUR"})
    assert stored(northwind) == [("2026-02-01", 1_000_500_000, "EUR", "facebook", None)]


def test_the_lines_to_mend_come_back_as_a_file(as_ada, northwind):
    text = META.replace("nine", "=cmd()")
    form = {"text": text, "do": "bad"} | chosen(start=1, end=2, amount=3, campaign=0) | {"fixed.currency": "USD"}
    answer = as_ada.post(SPEND, form)
    assert answer.headers["Content-Type"].startswith("text/csv")
    page = answer.content.decode()
    assert "spring,2026-02-02,2026-02-02,'=cmd(),12000,31,3,\"amount: Write an amount" in page
    assert "2026-02-01" not in page
    assert stored(northwind) == []


def test_what_would_be_paid_twice_is_named(as_ada, northwind):
    plain = "start,end,amount,currency,channel\n{},1200,EUR,Paid Search\n"
    form = (
        {"do": "save"}
        | chosen(start=0, end=1, amount=2, currency=3, channel=4)
        | {"fixed.source": "", "fixed.medium": ""}
    )
    as_ada.post(SPEND, form | {"text": plain.format("2026-02-01,2026-02-28")})
    said = words(as_ada.post(SPEND, form | {"text": plain.format("2026-02-10,2026-02-11"), "do": "look"}))
    assert "line 2 shares days with a row for 1 Feb – 28 Feb" in said


def test_a_month_can_be_taken_away_and_only_that(as_ada, northwind):
    form = {"text": META, "do": "save"} | chosen(start=1, end=2, amount=3, campaign=0) | {"fixed.currency": "USD"}
    as_ada.post(SPEND, form)
    as_ada.post(SPEND, form | {"text": META.replace("2026-02", "2026-03")})
    page = as_ada.get(SPEND).content.decode()
    tokens = re.findall(r'name="remove" value="([^"]*)"', page)
    assert len(tokens) == 2
    answer = as_ada.post(SPEND, {"remove": tokens[1].replace("&quot;", '"')}, follow=True)
    assert "Took 2 rows away." in words(answer)
    assert {row[0][:7] for row in stored(northwind)} == {"2026-03"}


@pytest.mark.parametrize(
    "token", ["", "x", "[]", '["2026-13-01", "EUR", null, null, null]', "[" * 3000, "{}", "[1,2,3,4,5]"]
)
def test_a_made_up_line_takes_nothing_away(as_ada, northwind, token):
    assert as_ada.post(SPEND, {"remove": token}).status_code == 422


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "Choose a file, or paste its lines."),
        (b"PK\x03\x04", "This is not a text file."),
        (b"day,cost\n", "There is no line below the heads"),
        (b"hello", "There is no table in this file"),
    ],
)
def test_a_file_that_cannot_be_is_refused_in_words(as_ada, northwind, content, said):
    answer = upload(as_ada, content)
    assert answer.status_code == 422
    assert said in words(answer)


def test_names_from_a_file_stay_text(as_ada, northwind):
    nasty = '</textarea><script>alert("x")</script>'
    text = META.replace("spring", '"' + nasty.replace('"', '""') + '"')
    page = upload(as_ada, text).content.decode()
    assert "<script>alert" not in page


def test_the_months_are_a_file_too(as_ada, northwind):
    form = {"text": META, "do": "save"} | chosen(start=1, amount=3) | {"fixed.currency": "USD"}
    as_ada.post(SPEND, form)
    page = as_ada.get(f"{SPEND}?export=spend").content.decode()
    assert "2026-02-01,Paid Social,facebook,paid_social,USD,18.500000,2," in page
