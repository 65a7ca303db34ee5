"""Every change and every refusal leaves an entry, without secrets."""

import pytest
from django.test import Client

from accounts import actions, audit
from accounts.models import AuditEntry, Role, Scope
from tests.api.cast import Caller, a_shop, a_token, an_agency

pytestmark = pytest.mark.django_db
PASSWORD = "correct-horse-battery"


@pytest.fixture
def agency(db):
    return an_agency()


@pytest.fixture
def olga(agency):
    user = actions.create_user("olga@bright.example", PASSWORD)
    actions.create_membership(user, agency, Role.OWNER)
    return user


def entries() -> list[tuple]:
    return list(AuditEntry.objects.order_by("id").values_list("actor_kind", "action", "object", "result"))


def test_a_change_over_the_api_names_token_workspace_and_object(agency):
    shop = a_shop(agency)
    secret = a_token(agency)
    headers = {"X-Request-ID": "abc-1"}
    made = Caller(secret).post(f"workspaces/{shop.slug}/goals/", {"name": "Lead", "event": "Signed Up"}, **headers)
    entry = AuditEntry.objects.get()
    assert entries() == [("token", "POST goals", f"id={made.json()['id']}", "201")]
    assert (entry.agency, entry.workspace, entry.request_id) == (agency, shop, "abc-1")
    assert entry.actor_id == agency.tokens.get().pk


def test_an_entry_has_the_number_of_the_request_in_the_logs(agency):
    answer = Caller(a_token(agency)).post("workspaces/", {"name": "x"})
    assert AuditEntry.objects.get().request_id == answer.headers["X-Request-ID"] != ""


def test_refusals_are_noted_and_plain_reads_are_not(agency):
    shop = a_shop(agency)
    reader = Caller(a_token(agency, scope=Scope.READ))
    reader.get(f"workspaces/{shop.slug}/")
    assert entries() == []
    reader.post("workspaces/", {"name": "x"})
    reader.get("workspaces/no-such/")
    Caller("hw_t_nonsense").get("workspaces/")
    reader.patch(f"workspaces/{shop.slug}/", {"name": "x"})
    assert entries() == [
        ("token", "POST workspaces", "", "403"),
        ("token", "GET workspace", "", "404"),
        ("nobody", "GET workspaces", "", "401"),
        ("token", "PATCH workspace", "", "403"),
    ]


def test_what_was_refused_is_noted_although_it_was_taken_back(agency):
    shop = a_shop(agency)
    answer = Caller(a_token(agency)).patch(f"workspaces/{shop.slug}/", {"lookback_days": 0})
    assert answer.status_code == 400
    assert entries() == [("token", "PATCH workspace", "", "400")]


def test_log_ins_and_failed_ones_are_the_agency_s_to_read(agency, olga):
    client = Client()
    client.post("/log-in/", {"login": olga.email, "password": "wrong"})
    client.post("/log-in/", {"login": "nobody@bright.example", "password": "wrong"})
    client.post("/log-in/", {"login": olga.email, "password": PASSWORD})
    client.post("/log-out/")
    who = f"user={olga.pk}"
    assert entries() == [
        ("nobody", "log in", who, "refused"),
        ("nobody", "log in", "", "refused"),
        ("user", "log in", who, "done"),
        ("user", "log out", who, "done"),
    ]
    assert AuditEntry.objects.filter(agency=agency).count() == 3


def test_pages_note_changes_and_refusals(agency, olga):
    other = actions.create_user("ann@bright.example", PASSWORD)
    ann = actions.create_membership(other, agency, Role.ANALYST)
    clients = [Client(), Client()]
    clients[0].force_login(olga)
    clients[1].force_login(other)
    before = AuditEntry.objects.count()
    clients[1].get(f"/agency/{agency.slug}/members/")
    clients[0].post(f"/agency/{agency.slug}/members/{ann.pk}/", {"role": "admin"})
    clients[0].post(f"/agency/no-such/members/{ann.pk}/remove/")
    assert entries()[before:] == [
        ("user", "GET agency-members", "", "403"),
        ("user", "POST agency-change-role", f"member={ann.pk}", "302"),
        ("user", "POST agency-remove", f"member={ann.pk}", "404"),
    ]


def test_no_entry_holds_a_secret_an_address_or_a_body(agency, olga):
    shop = a_shop(agency)
    secret = a_token(agency)
    caller = Caller(secret)
    told = caller.post("agency/tokens/", {"name": "Robot-name"}).json()
    key = caller.post(f"workspaces/{shop.slug}/write-keys/", {}).json()
    caller.get(f"workspaces/{shop.slug}/people/mary@person.example/journey/")
    client = Client()
    client.post("/log-in/", {"login": olga.email, "password": "a-wrong-password"})
    kept = str(list(AuditEntry.objects.values()))
    assert AuditEntry.objects.count() >= 4
    for word in (secret, told["token"], key["write_key"], "Robot-name", "mary", olga.email, "a-wrong-password"):
        assert word not in kept, word


def test_ids_that_no_table_can_keep_are_noted_as_a_question():
    told = {"row": "a\0b", "alias": "mary", "goal": 7, "other": "\ud800"}
    assert audit.about(told) == "row=?,goal=7,other=?"


def test_the_log_is_read_by_those_who_run_the_agency(agency):
    others = an_agency("Others")
    Caller(a_token(others)).post("workspaces/", {"name": "Theirs"})
    caller = Caller(a_token(agency))
    caller.post("workspaces/", {"name": "Ours"})
    rows = caller.get("agency/audit/").json()["results"]
    assert [(row["actor_kind"], row["action"], row["result"]) for row in rows] == [("token", "POST workspaces", "201")]
    assert Caller(a_token(agency, scope=Scope.READ)).get("agency/audit/").status_code == 403


def test_a_flood_of_bad_tokens_is_counted_instead_of_written_down(agency, monkeypatch):
    monkeypatch.setattr(audit, "MOST_OF_NOBODY", 10)
    monkeypatch.setattr(audit.time, "time", lambda: 1_000_000.0)
    for _ in range(10 + 40):
        Caller("hw_t_nonsense").get("workspaces/")
    told = [about for _kind, _action, about, _result in entries()]
    assert told == [""] * 10 + [f"beyond={n}" for n in (1, 2, 4, 8, 16, 32)]
    # Whoever is known is written down each time.
    for _ in range(5):
        Caller(a_token(agency)).patch("workspaces/no-such/", {})
    assert len(entries()) == 21
    # The next minute begins anew.
    monkeypatch.setattr(audit.time, "time", lambda: 1_000_060.0)
    Caller("hw_t_nonsense").get("workspaces/")
    assert entries()[-1] == ("nobody", "GET workspaces", "", "401")
