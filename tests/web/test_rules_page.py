"""Channel rules: changed step by step, looked at before they are saved, and explained."""

import json
import re

import pytest

from accounts.models import AuditEntry
from accounts.tenancy import workspace_scope
from tests.web.shop import a_page, tell
from tracking.core.channels import CHANNELS
from tracking.models import Mark
from web.forms.rules import WORDS, Draft, apply, check

pytestmark = pytest.mark.django_db(transaction=True)
RULES = "/w/northwind-bikes/settings/channel-rules/"
PARTNER = {"channel": "Affiliates", "all": [{"field": "source", "op": "equals", "value": "ridehub"}]}
FORUM = {"channel": "Forum", "all": [{"field": "referrer_host", "op": "contains", "value": "fietsforum"}]}
OPEN_FORUM = {
    "edited": "0",
    "channel": "Forum",
    "all.0.field": "referrer_host",
    "all.0.op": "contains",
    "all.0.value": "FietsForum",
}


def visits(northwind):
    shop, forum = "https://shop.example/", "https://fietsforum.example/t/1"
    tell(
        northwind,
        a_page(shop, "anna", days=2, referrer=forum),
        a_page(shop, "anna", days=3, referrer=forum),
        a_page(shop, "bob", days=4, referrer=forum),
        a_page(shop, "cy", days=40, referrer=forum),
        a_page(f"{shop}?utm_source=ridehub&utm_medium=link", "cy", days=5),
    )


def words(answer):
    text = re.sub(r"<[^>]+>", " ", re.sub(r"<svg.*?</svg>", "", answer.content.decode(), flags=re.S))
    return re.sub(r"\s+", " ", text)


def send(client, rules, step, **more):
    return client.post(RULES, {"draft": json.dumps(rules), "do": step, **more})


def draft_of(answer):
    from html import unescape

    return json.loads(unescape(re.search(r'name="draft" value="([^"]*)"', answer.content.decode())[1]))


def test_the_preview_counts_before_and_after_and_writes_nothing(as_ada, northwind):
    visits(northwind)
    entries = AuditEntry.objects.count()
    answer = send(as_ada, [{"channel": "", "all": []}, PARTNER], "preview", **OPEN_FORUM)
    said = words(answer)
    assert answer.status_code == 200
    assert "Referral 4 → 0 −4" in said
    assert "Forum 0 → 3 +3" in said
    assert "Affiliates 0 → 1 +1" in said
    assert "4 touches of 3 people move. No totals change." in said
    assert "fietsforum.example / referral, /" in said
    assert "1 touch" in said
    northwind.refresh_from_db()
    assert northwind.channel_rules == []
    assert AuditEntry.objects.count() == entries


def test_what_is_saved_is_what_the_preview_promised(as_ada, northwind):
    visits(northwind)
    answer = send(as_ada, [{"channel": "", "all": []}, PARTNER], "save", **OPEN_FORUM)
    assert answer.status_code == 302
    northwind.refresh_from_db()
    assert [rule["channel"] for rule in northwind.channel_rules] == ["Forum", "Affiliates"]
    with workspace_scope(northwind):
        assert set(Mark.objects.of(northwind).values_list("channel", flat=True)) == {"Forum", "Affiliates"}
    said = words(as_ada.get(RULES))
    assert "referrer host contains FietsForum" in said
    assert "3 touches" in said
    assert "Save and fill" not in said
    assert AuditEntry.objects.latest("pk").action == "POST channel-rules"


def test_saving_within_the_page_leads_on(as_ada, northwind):
    answer = as_ada.post(RULES, {"draft": json.dumps([PARTNER]), "do": "save"}, headers={"HX-Request": "true"})
    assert answer.headers["HX-Redirect"] == RULES


STEPS = [
    ("up:1", ["b", "a", "c"], None),
    ("up:0", ["a", "b", "c"], None),
    ("down:1", ["a", "c", "b"], None),
    ("down:2", ["a", "b", "c"], None),
    ("move:0:2", ["b", "c", "a"], None),
    ("move:2:0", ["c", "a", "b"], None),
    ("remove:1", ["a", "c"], None),
    ("edit:2", ["a", "b", "c"], 2),
    ("add", ["a", "b", "c", ""], 3),
    ("done", ["a", "b", "c"], None),
    ("up:9", ["a", "b", "c"], None),
    ("up:x", ["a", "b", "c"], None),
    ("nonsense", ["a", "b", "c"], None),
    ("move:0", ["a", "b", "c"], None),
]


@pytest.mark.parametrize(("step", "names", "edited"), STEPS)
def test_each_step_of_the_editor(step, names, edited):
    rules = [{"channel": name, "all": []} for name in "abc"]
    after = apply(Draft(rules), step)
    assert ([rule["channel"] for rule in after.rules], after.edited) == (names, edited)


def test_a_step_keeps_what_was_typed(as_ada, northwind):
    answer = send(as_ada, [PARTNER, {"channel": "", "all": []}], "up:1", **OPEN_FORUM | {"edited": "1"})
    assert [rule["channel"] for rule in draft_of(answer)] == ["Forum", "Affiliates"]
    assert draft_of(answer)[0]["all"][0]["value"] == "FietsForum"


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        ({"channel": "", "all": FORUM["all"]}, "Rule 2: Name the channel."),
        ({"channel": "X", "all": []}, "Rule 2: A rule needs at least one condition."),
        (
            {"channel": "X", "all": [{"field": "source", "op": "regex", "value": "("}]},
            "Rule 2: This regular expression",
        ),
    ],
)
def test_a_rule_that_cannot_be_is_named_and_not_saved(as_ada, northwind, rule, said):
    for step in ("preview", "save"):
        answer = send(as_ada, [PARTNER, rule], step)
        assert said in words(answer)
    assert answer.status_code == 422
    northwind.refresh_from_db()
    assert northwind.channel_rules == []


@pytest.mark.parametrize("draft", ["", "{", "[1]", '[{"channel": 1, "all": []}]', "null", "[" * 5000, '{"a": 1}'])
def test_a_list_that_came_back_bent_is_refused(as_ada, northwind, draft):
    answer = as_ada.post(RULES, {"draft": draft, "do": "save"})
    assert answer.status_code == 422
    assert "did not come back as they were sent" in words(answer)


@pytest.mark.parametrize(
    ("query", "channel", "said"),
    [
        ({"url": "https://shop.example/?gclid=1"}, "Paid Search", "paid for, and the source is a search engine"),
        ({"url": "https://shop.example/", "referrer": "https://www.google.com/"}, "Organic Search", "google / organic"),
        ({"url": "https://shop.example/?utm_source=RideHub&utm_medium=link"}, "Affiliates", "Your rule 1 matches"),
        ({"url": "https://shop.example/a"}, "Direct", "no tag, no click id and no referrer"),
        ({"url": "\x00 not an address"}, "Direct", "(direct) / (none)"),
    ],
)
def test_the_tester_says_which_rule_decides(as_ada, northwind, query, channel, said):
    northwind.channel_rules = [PARTNER]
    northwind.save()
    answer = as_ada.get(RULES, query)
    assert answer.status_code == 200
    assert channel in words(answer)
    assert said in words(answer)


def test_every_built_in_channel_has_its_words():
    assert list(WORDS) == list(CHANNELS)


def test_the_rules_are_a_file_too(as_ada, northwind):
    northwind.channel_rules = [PARTNER]
    northwind.save()
    page = as_ada.get(f"{RULES}?export=channel-rules").content.decode()
    assert "1,Affiliates,source equals ridehub,0" in page


def test_names_from_outside_stay_text(as_ada, northwind):
    nasty = {"channel": '<script>alert("x")</script>', "all": FORUM["all"]}
    page = send(as_ada, [nasty], "edit:0").content.decode()
    assert "<script>alert" not in page


def test_good_rules_have_no_problem():
    assert check(Draft([PARTNER, FORUM]))[1] == {}
