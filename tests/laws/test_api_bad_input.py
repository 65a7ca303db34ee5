"""No payload causes a 5xx: every field and parameter of the API against everything that should not be in it."""

import json
from typing import Any
from urllib.parse import quote

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.api.cast import Caller, a_shop, a_token, an_agency, check_error

pytestmark = pytest.mark.django_db

GOOD: dict[tuple[str, str], dict[str, Any]] = {
    ("POST", "workspaces/"): {"name": "Another"},
    ("PATCH", "workspaces/shop/"): {},
    ("POST", "workspaces/shop/goals/"): {"name": "sign-up", "event": "Signed Up"},
    ("PUT", "workspaces/shop/pipeline/"): {"stages": []},
    ("POST", "workspaces/shop/write-keys/"): {},
    ("POST", "agency/invitations/"): {"email": "kim@bright.example", "role": "analyst"},
    ("POST", "agency/tokens/"): {"name": "Robot"},
    ("POST", "workspaces/shop/reports/funnel/"): {"steps": [{"event": "Signed Up"}], "window_seconds": 60},
}
SETTINGS = (
    "name",
    "timezone",
    "currency",
    "own_domains",
    "lookback_days",
    "half_life_days",
    "channel_rules",
    "manual_tags_override_click_ids",
    "ignored_referrers",
)
FIELDS = {
    # The same serializer as for a change, so that a few fields are enough.
    "workspaces/": ("name", "half_life_days", "own_domains"),
    "workspaces/shop/": SETTINGS,
    "workspaces/shop/goals/": ("name", "event", "value", "count", "lookback_days", "where", "drop_refunded"),
    "workspaces/shop/pipeline/": ("stages",),
    "workspaces/shop/write-keys/": ("overlap_hours",),
    "agency/invitations/": ("email", "role", "workspaces"),
    "agency/tokens/": ("name", "scope", "workspace", "expires_at"),
    "workspaces/shop/reports/funnel/": ("steps", "window_seconds", "order", "start", "end", "breakdown"),
}
# Written as JSON texts, for some cannot be written from Python values.
NASTY = [
    "null", "true", "false", "0", "-1", "-0.0", "1e-320", "1e308", "1e309", "-1e309", "9007199254740993",
    "9223372036854775808", "1" * 40, "1" * 41, "1" * 5000, "NaN", "Infinity", '"NaN"', '"inf"', '""', '" "',
    '"\\u0000"', '"a\\u0000b"', '"\\ud800"', '"\\udc00\\ud800"', '"\\u202e\\u2066"', '"\ufeff"', '"\ud7ff"',
    json.dumps("x" * 10_000), json.dumps("😀" * 300), json.dumps("%s%d{0}{x.__class__}"), json.dumps("../../x"),
    json.dumps("' or 1=1; --"), json.dumps("١٢"), json.dumps("1_000"), json.dumps("0x10"),
    "[]", "{}", "[[]]", "[{}]", "[null]", "[1]", '["x"]', '[""]', '["\\u0000"]', '["\\ud800"]',
    "[" * 33 + "]" * 33, "[" * 31 + "]" * 31, '{"a":' * 31 + "1" + "}" * 31, '{"": 1}',
    '{"\\u0000": 1}', '{"__proto__": 1}',
    json.dumps([{}] * 2_000), json.dumps(["x"] * 50_000),
    '[{"channel": null, "all": null}]', '[{"channel": "x", "all": [{"field": {}, "op": [], "value": 1}]}]',
    '[{"channel": "x", "all": [{"field": "source", "op": "regex", "value": "(((((((((((a{1000}){1000}"}]}]',
    '[{"channel": "x", "all": [{"field": "source", "op": "regex", "value": "\\u0000"}]}]',
    '[{"channel": "x", "all": [{"field": "source", "op": "regex", "value": "(?i)\\\\C[\\\\"}]}]',
    '[{"property": "a", "op": "greater", "value": 1e300}]', '[{"property": "a", "op": "equals", "value": {"b": []}}]',
    '[{"property": "a", "op": "regex", "value": "("}]', '[{"property": "a", "op": "regex", "value": 5}]',
    '[{"event": "a", "where": [{"property": "a", "op": "regex", "value": "a{1000}{1000}"}]}]',
    '[{"property": "a.b.c..", "op": "exists"}]', '[{"property": 1, "op": 2, "value": 3}]',
    '[{"name": null, "event": null, "role": 5}]', '[{"name": {}, "event": [], "role": {}}]',
    '[{"event": "a", "where": [{"property": "\\u0000", "op": "exists"}]}]', '[{"event": "a", "where": null}]',
    '[{"event": "a", "where": [{"property": "a..b", "op": "less", "value": 1e308}]}]',
    '[{"name": "a", "event": "b", "role": "lead"}, {"name": "c", "event": "b", "role": "customer"}]',
]  # fmt: skip
CASES = [(method, path, field, text) for (method, path) in GOOD for field in FIELDS[path] for text in NASTY]


@pytest.fixture
def manager(db):
    agency = an_agency()
    a_shop(agency)
    return Caller(a_token(agency))


def check(answer: Any, *, seen: str) -> None:
    """The answer is a promised one: done, or an error in our shape that blames the caller."""
    assert answer.status_code < 500, (seen, answer.content[:500])
    if answer.status_code >= 400:
        assert answer.status_code in {400, 404, 409, 413}, (seen, answer.status_code)
        check_error(answer)
        assert len(answer.content) < 100_000, (seen, len(answer.content))


def is_taken_back(manager: Caller, method: str, path: str, body: bytes) -> Any:
    """Send inside a savepoint that is undone, so that one case leaves nothing for the next."""
    with transaction.atomic():
        answer = manager.call(method, path, body)
        transaction.set_rollback(True)
    return answer


@pytest.mark.parametrize(("method", "path"), GOOD, ids=[f"{method} {path}" for method, path in GOOD])
def test_any_value_in_any_field(manager, method, path):
    for _method, _path, field, text in (case for case in CASES if case[:2] == (method, path)):
        good = {name: value for name, value in GOOD[method, path].items() if name != field}
        body = json.dumps(good)[:-1] + (", " if good else "") + json.dumps(field) + ": " + text + "}"
        answer = is_taken_back(manager, method, path, body.encode("utf-8", "surrogatepass"))
        check(answer, seen=f"{field}: {text[:80]}")


@pytest.mark.parametrize(("method", "path"), GOOD, ids=[f"{method} {path}" for method, path in GOOD])
def test_any_value_as_the_whole_body(manager, method, path):
    for text in NASTY:
        answer = is_taken_back(manager, method, path, text.encode("utf-8", "surrogatepass"))
        check(answer, seen=text[:80])


QUERIES = [
    "", "%00", "a%00b", "%ED%A0%80", "%FF%FE", "%E2%80%AE", "-1", "0", "9223372036854775808", "1" * 5000, "1e999",
    "nan", "null", "[]", "2026-02-30", "0000-00-00", "2026-2-1", "99999-01-01", "2026-02-01T00:00", "%D9%A1",
    "x" * 5000, "'; --", "%s", "channel%0A", "linear%20", "linear,first_touch", "1&start=2026-01-01&start=%00",
]  # fmt: skip
PAGED = ("cursor", "limit", "format", "unknown")
READS = {
    "workspaces/": PAGED,
    "workspaces/shop/": ("unknown",),
    "workspaces/shop/goals/": PAGED,
    "workspaces/shop/ingestion/": ("unknown",),
    "workspaces/shop/pipeline/": ("unknown",),
    "workspaces/shop/reports/pipeline/": ("start", "end", "breakdown", "window_days"),
    "workspaces/shop/reports/attribution/": (
        "model",
        "goal",
        "start",
        "end",
        "group_by",
        "lookback_days",
        "half_life_days",
    ),
}


@pytest.mark.parametrize("path", READS)
def test_any_value_in_any_parameter(manager, path):
    for parameter in READS[path]:
        for value in QUERIES:
            check(manager.get(f"{path}?{parameter}={value}"), seen=f"{parameter}={value[:80]}")


NAMES = [
    "%00", "a%00b", "%ED%A0%80", "%FF", "..", "../..", "%2F", "%2F%2F", "a%2Fb", "a/b/c", "journey", "a/journey",
    "%0A", "a%0D%0Ab", "x" * 5000, "%F0%9F%98%80", "%25", "%2500", "?x", ";", "'", "{}", "0", "-1", "1e9", "%20", "+",
]  # fmt: skip


@pytest.mark.parametrize("place", ["workspaces/{}/", "workspaces/shop/goals/{}/", "workspaces/shop/people/{}/journey/"])
def test_any_name_in_an_address(manager, place):
    for name in NAMES:
        answer = manager.get(place.format(name))
        check(answer, seen=name)
        assert answer.status_code in {200, 400, 404}


texts = st.text(st.characters(codec="utf-8"), max_size=30)
values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | texts,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts | st.sampled_from(SETTINGS), inner, max_size=4),
    max_leaves=12,
)


@settings(
    max_examples=150, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(target=st.sampled_from(sorted(GOOD)), data=st.data())
def test_anything_at_all(manager, target, data):
    method, path = target
    drawn = data.draw(st.dictionaries(st.sampled_from(FIELDS[path]), values, max_size=4))
    body = json.dumps(GOOD[target] | drawn).encode()
    check(is_taken_back(manager, method, path, body), seen=repr(drawn))


@settings(
    max_examples=100, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(alias=st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1, max_size=40))
def test_people_are_found_by_whatever_they_were_called(manager, alias):
    from django.utils import timezone

    from accounts.models import Workspace
    from accounts.tenancy import workspace_scope
    from tracking.models import Alias, Person

    shop = Workspace.objects.get(slug="shop")
    with transaction.atomic():
        with workspace_scope(shop):
            person = Person.objects.create(workspace=shop, created_at=timezone.now())
            Alias.objects.create(workspace=shop, namespace="anonymous", value=alias, person_id=person.pk)
        for slash in ("", "/"):
            answer = manager.get(f"workspaces/shop/people/{quote(alias, safe='')}/journey{slash}")
            assert answer.status_code == 200, alias
        transaction.set_rollback(True)
