"""Channel rules of a workspace: how they are read, refused and tried."""

import pytest

from tests.tracking.core.test_channels import mark
from tracking.core.channels import ChannelRule, Condition, RuleError, classify, parse_channel_rules


def rule(*conditions: tuple[str, str, str], channel: str = "Partners") -> dict:
    return {"channel": channel, "all": [{"field": f, "op": o, "value": v} for f, o, v in conditions]}


PARTNER = mark("acme", "referral", "Spring-Deal", referrer_host="blog.acme.example", landing_path="/Partners/a")


@pytest.mark.parametrize(
    ("conditions", "fits"),
    [
        ([("source", "equals", "acme")], True),
        ([("source", "equals", "ACME")], True),
        ([("source", "equals", "acm")], False),
        ([("medium", "contains", "FERR")], True),
        ([("campaign", "starts_with", "spring")], True),
        ([("campaign", "starts_with", "deal")], False),
        ([("campaign", "regex", "^SPRING-(deal|sale)$")], True),
        ([("campaign", "regex", "deal")], True),
        ([("campaign", "regex", "^deal")], False),
        ([("referrer_host", "contains", "acme.")], True),
        ([("landing_path", "starts_with", "/partners/")], True),
        ([("source", "equals", "acme"), ("medium", "equals", "referral")], True),
        ([("source", "equals", "acme"), ("medium", "equals", "cpc")], False),
    ],
)
def test_all_conditions_of_a_rule_must_hold_and_case_never_counts(conditions, fits):
    rules = parse_channel_rules([rule(*conditions)])
    assert classify(PARTNER, rules) == ("Partners" if fits else "Referral")


@pytest.mark.parametrize("field", ["campaign", "referrer_host", "landing_path"])
@pytest.mark.parametrize(("op", "value"), [("regex", ".*"), ("contains", "a"), ("equals", "none")])
def test_what_a_mark_does_not_have_fits_no_condition(field, op, value):
    assert classify(mark("acme", "referral"), parse_channel_rules([rule((field, op, value))])) == "Referral"


def test_the_first_rule_that_fits_wins_and_goes_before_ours():
    rules = parse_channel_rules(
        [
            rule(("source", "equals", "nobody"), channel="Nobody"),
            rule(("source", "equals", "google"), channel="Brand"),
            rule(("medium", "equals", "cpc"), channel="Second"),
        ]
    )
    assert classify(mark("google", "cpc", "cross-network"), rules) == "Brand"
    assert classify(mark("bing", "cpc"), rules) == "Second"
    assert classify(mark("bing", "organic"), rules) == "Organic Search"


def test_a_rule_is_read_as_it_was_written():
    assert parse_channel_rules([rule(("source", "equals", "Acme"), channel=" My partners ")]) == (
        ChannelRule("My partners", (Condition("source", "equals", "Acme"),)),
    )
    assert parse_channel_rules([]) == ()


GOOD = ("source", "equals", "acme")


@pytest.mark.parametrize(
    ("raw", "field"),
    [
        (None, "channel_rules"),
        ({}, "channel_rules"),
        ("x", "channel_rules"),
        ([rule(GOOD)] * 101, "channel_rules"),
        (["x"], "channel_rules.0"),
        ([None], "channel_rules.0"),
        ([rule(GOOD), {"all": []}], "channel_rules.1.channel"),
        ([{"channel": "A"}], "channel_rules.0.all"),
        ([rule(GOOD, channel="")], "channel_rules.0.channel"),
        ([rule(GOOD, channel="  ")], "channel_rules.0.channel"),
        ([rule(GOOD, channel="x" * 61)], "channel_rules.0.channel"),
        ([rule(GOOD, channel="a\x00b")], "channel_rules.0.channel"),
        ([rule(GOOD, channel=5)], "channel_rules.0.channel"),
        ([rule()], "channel_rules.0.all"),
        ([rule(*[GOOD] * 11)], "channel_rules.0.all"),
        ([{"channel": "A", "all": {}}], "channel_rules.0.all"),
        ([{"channel": "A", "all": [GOOD]}], "channel_rules.0.all.0"),
        ([{"channel": "A", "all": [{"field": "source", "op": "equals"}]}], "channel_rules.0.all.0.value"),
        ([rule(GOOD) | {"any": []}], "channel_rules.0.any"),
        ([rule(GOOD, ("term", "equals", "x"))], "channel_rules.0.all.1.field"),
        ([rule(GOOD, ("source", "ends_with", "x"))], "channel_rules.0.all.1.op"),
        ([rule(GOOD, ("source", [], "x"))], "channel_rules.0.all.1.op"),
        ([rule(("source", "equals", ""))], "channel_rules.0.all.0.value"),
        ([rule(("source", "equals", None))], "channel_rules.0.all.0.value"),
        ([rule(("source", "equals", "x" * 201))], "channel_rules.0.all.0.value"),
        ([rule(("source", "equals", "\ud800"))], "channel_rules.0.all.0.value"),
        ([rule(("source", "regex", "("))], "channel_rules.0.all.0.value"),
        ([rule(("source", "regex", "(a)\\1"))], "channel_rules.0.all.0.value"),
        ([rule(("source", "regex", "(?=a)"))], "channel_rules.0.all.0.value"),
        ([rule(("source", "regex", "((a{100}){100}){100}"))], "channel_rules.0.all.0.value"),
    ],
)
def test_a_rule_that_cannot_be_read_is_refused_by_the_name_of_its_field(raw, field):
    with pytest.raises(RuleError) as refused:
        parse_channel_rules(raw)
    assert refused.value.field == field
    assert refused.value.message.endswith(".")


def test_the_largest_allowed_set_of_rules_is_read():
    largest = [rule(*[("source", "equals", "x" * 200)] * 10, channel="x" * 60)] * 100
    assert len(parse_channel_rules(largest)) == 100


def test_a_pattern_made_to_run_for_ever_does_not():
    rules = parse_channel_rules([rule(("campaign", "regex", "(a+)+$"))])
    assert classify(mark("acme", "referral", "a" * 400 + "!"), rules) == "Referral"


def test_a_value_no_utf8_can_hold_is_searched_all_the_same():
    rules = parse_channel_rules([rule(("campaign", "regex", "^spring"))])
    assert classify(mark("acme", "referral", "spring\ud800"), rules) == "Partners"
