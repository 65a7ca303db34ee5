"""Events posted at the collector, funnels and the pipeline read from the API, and asked of a real worker."""

import time
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.reports.asking import question
from tests.whole.agency import Shop

START = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0) - timedelta(days=2)
DAY = str(START.date())
EXAMPLES: list[tuple[str, str, str, int]] = [
    # Events with their seconds, steps, order, depth within ten seconds.
    ("a0 a4 b5 c11", "abc", "ordered", 3),
    ("a0 a4 b5 c9", "abc", "ordered", 3),
    ("a0 b5 c11", "abc", "ordered", 2),
    ("b0 a0 c0", "abc", "ordered", 3),
    ("a0 a1 b2 c3", "abc", "strict", 3),
    ("a0 x1 b2", "abc", "strict", 1),
]
PIPELINE = [("Lead", 1000), ("Qualified", 620), ("Consideration", 155), ("Offer", 110), ("Customer", 77)]


def send(shop: Shop, events: list[dict[str, Any]]) -> None:
    for begin in range(0, len(events), 500):
        shop.post("batch", {"batch": events[begin : begin + 500]})


def told(who: str, name: str, seconds: float, *, kind: str = "track") -> dict[str, Any]:
    at = (START + timedelta(seconds=seconds)).isoformat()
    named = {"event": name} if kind == "track" else {"name": name}
    return {"type": kind, "anonymousId": who, "timestamp": at, "messageId": f"{who}-{name}-{seconds}", **named}


def ask(shop: Shop, *args: Any, **more: Any) -> dict[str, Any]:
    asked = question(*args, start=DAY, end=DAY, **more)
    answer = shop.http.post(f"/api/v1/workspaces/{shop.id}/reports/funnel/", json=asked)
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_the_examples_read_as_they_are_written(shop: Shop):
    events = [
        told(f"person-{place}", f"{word[0]}-{place}", int(word[1:]))
        for place, (text, *_rest) in enumerate(EXAMPLES)
        for word in text.split()
    ]
    send(shop, events)
    shop.wait_until_caught_up(accepted=len(events))
    for place, (text, steps, order, depth) in enumerate(EXAMPLES):
        report = ask(shop, [f"{name}-{place}" for name in steps], order=order)
        counts = [step["count"] for step in report["steps"]]
        assert counts == [1] * depth + [0] * (len(steps) - depth), text
    report = ask(shop, ["a-1", "b-1", "c-1"])
    assert [step["median_seconds"] for step in report["steps"]] == [None, 5, 4]


def test_pages_and_events_in_one_funnel_of_one_person_on_two_devices(shop: Shop):
    events = [
        told("phone", "Pricing", 0, kind="page"),
        told("laptop", "Demo", 60, kind="screen"),
        {**told("phone", "Signed Up", 120), "userId": "ann"},
        {**told("laptop", "Logged In", 180), "userId": "ann"},
    ]
    send(shop, events)
    shop.wait_until_caught_up(accepted=4)
    report = ask(shop, ["Pricing", "Demo", "Signed Up"], window=3600, order="strict")
    assert [step["count"] for step in report["steps"]] == [1, 1, 1]
    by_channel = ask(shop, ["Pricing", "Signed Up"], window=3600, breakdown="channel")
    assert [group["group"] for group in by_channel["groups"]] == ["Direct"]


def test_a_late_event_brings_its_person_further(shop: Shop):
    send(shop, [told("ann", "a", 0), told("ann", "c", 5)])
    shop.wait_until_caught_up(accepted=2)
    assert [step["count"] for step in ask(shop, "abc")["steps"]] == [1, 0, 0]
    send(shop, [told("ann", "b", 3)])
    shop.wait_until_caught_up(accepted=3)
    assert [step["count"] for step in ask(shop, "abc")["steps"]] == [1, 1, 1]


def test_the_pipeline_loses_most_before_consideration(shop: Shop):
    stages = [{"name": name, "event": f"Became {name}", "role": None} for name, _people in PIPELINE]
    path = f"/api/v1/workspaces/{shop.id}/pipeline/"
    assert shop.http.put(path, json={"stages": stages}).status_code == 200
    events = [
        told(f"p{person}", stage["event"], 86_400 * place / 4)
        for place, (stage, (_name, people)) in enumerate(zip(stages, PIPELINE, strict=True))
        for person in range(people)
    ]
    send(shop, events)
    shop.wait_until_caught_up(accepted=len(events))
    report = shop.get("reports/pipeline/", start=DAY, end=DAY)
    assert [stage["count"] for stage in report["stages"]] == [1000, 620, 155, 110, 77]
    shares = [stage["conversion_from_previous"] for stage in report["stages"]]
    assert [share and round(share, 2) for share in shares] == [None, 0.62, 0.25, 0.71, 0.7]
    assert (report["bottleneck"], report["bottleneck_name"]) == (3, "Consideration")
    assert [stage["median_seconds"] for stage in report["stages"]] == [None, *[86_400 / 4] * 4]


def test_a_question_is_answered_by_the_worker(shop: Shop):
    from accounts.models import Workspace
    from accounts.tenancy import workspace_scope
    from funnels.actions import ask_run
    from reports.tasks import ring

    send(shop, [told("ann", "a", 0), told("ann", "b", 5), told("bob", "a", 0)])
    shop.wait_until_caught_up(accepted=3)
    workspace = Workspace.objects.get(slug=shop.id)
    with workspace_scope(workspace):
        run = ask_run(workspace, question("ab", start=DAY, end=DAY))
    ring(run)
    deadline = time.monotonic() + 30
    while (answer := shop.get(f"reports/funnel/{run.pk}/"))["state"] == "waiting":
        assert time.monotonic() < deadline, "no worker answered within 30 s"
        time.sleep(0.2)
    assert answer["state"] == "done"
    assert [step["count"] for step in answer["result"]["steps"]] == [2, 1]
