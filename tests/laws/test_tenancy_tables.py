"""The fence that PostgreSQL keeps, read from its own catalogue: every table of every workspace, without exception."""

import pytest
from django.conf import settings
from django.db import ProgrammingError, connection, transaction

from accounts.rowsecurity import COLLECTOR_TABLES, app_role, collector_role

pytestmark = pytest.mark.django_db

# Read before a workspace is known, or not about one; everything else carries its workspace and is fenced in.
OUTSIDE = {
    "accounts_user",
    "accounts_agency",
    "accounts_membership",
    "accounts_workspace",
    "accounts_apitoken",
    "accounts_writekey",
    "accounts_idempotentanswer",
    "accounts_auditentry",
    "accounts_invitation",
    "accounts_outgoingmail",
    "accounts_alarm",
    "accounts_upkeep",
    "accounts_invitation_workspaces",
    "accounts_workspaceaccess",
    "account_emailaddress",
    "account_emailconfirmation",
    "mfa_authenticator",
    "reports_brand",
    "auth_group",
    "auth_group_permissions",
    "auth_permission",
    "django_content_type",
    "django_migrations",
    "django_session",
}
# Of those, the ones that point to a workspace: an ApiToken may be limited to one, a WriteKey opens one, a client was
# given some, and an audit entry tells where.
OUTSIDE_WITH_WORKSPACE = {
    "accounts_apitoken",
    "accounts_auditentry",
    "accounts_invitation_workspaces",
    "accounts_workspaceaccess",
    "accounts_writekey",
}


def ask(statement: str, *values: object) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.fetchall()


def tables() -> dict[str, tuple[bool, bool, bool]]:
    """Name → (row security, forced, is a partition)."""
    rows = ask(
        "select c.relname, c.relrowsecurity, c.relforcerowsecurity, c.relispartition from pg_class c"
        " join pg_namespace n on n.oid = c.relnamespace where n.nspname = 'public' and c.relkind in ('r', 'p')"
    )
    return {name: (bool(row), bool(forced), bool(part)) for name, row, forced, part in rows}


def with_workspace() -> set[str]:
    # pg_attribute, for the information schema shows a role only what it has rights to.
    rows = ask(
        "select c.relname from pg_attribute a join pg_class c on c.oid = a.attrelid"
        " where a.attname = 'workspace_id' and c.relkind in ('r', 'p') and not a.attisdropped"
        " and c.relnamespace = 'public'::regnamespace"
    )
    return {name for (name,) in rows} - OUTSIDE_WITH_WORKSPACE


def rights_of(role: str) -> set[tuple[str, str]]:
    """(table, right) of everything a role was granted on tables."""
    rows = ask(
        "select c.relname, granted.privilege_type from pg_class c, aclexplode(c.relacl) granted"
        " where c.relkind in ('r', 'p', 'v', 'm') and c.relnamespace = 'public'::regnamespace"
        " and granted.grantee = any(array[0, %s::regrole::oid])",
        role,
    )
    return set(rows)


def test_every_table_is_either_fenced_in_or_named_as_an_exception():
    fenced = with_workspace()
    assert set(tables()) - fenced == OUTSIDE
    assert len(fenced) > 30


def test_row_security_is_on_and_forced_on_every_fenced_table_and_partition():
    assert {name for name in with_workspace() if tables()[name][:2] != (True, True)} == set()


def test_every_fenced_table_lets_the_app_see_and_write_its_own_workspace_only():
    policies = ask("select tablename, policyname, roles::text[], cmd, qual, with_check from pg_policies")
    by_table: dict[str, dict[str, tuple]] = {}
    for table, name, *rest in policies:
        by_table.setdefault(table, {})[name] = tuple(rest)
    own = "(workspace_id = (NULLIF(current_setting('app.workspace_id'::text, true), ''::text))::bigint)"
    for table in with_workspace():
        extra = {"collector"} if table in COLLECTOR_TABLES else set()
        assert set(by_table[table]) == {"app", "owner"} | extra, table
        assert by_table[table]["app"] == ([app_role()], "ALL", own, own), table
        assert app_role() not in by_table[table]["owner"][0], table
        assert by_table[table]["owner"][2:] == ("true", "true"), table
        if extra:
            assert by_table[table]["collector"] == ([collector_role()], "INSERT", None, "true"), table
    assert set(by_table) == with_workspace()


def test_partitions_give_the_app_and_the_collector_nothing():
    partitions = [name for name, (_row, _forced, part) in tables().items() if part]
    assert len(partitions) >= 16
    rights = rights_of(app_role()) | rights_of(collector_role())
    assert {(table, right) for table, right in rights if table in partitions} == set()


def test_the_collector_may_insert_into_its_two_tables_and_read_nothing():
    assert rights_of(collector_role()) == {(table, "INSERT") for table in COLLECTOR_TABLES}


def test_the_app_owns_nothing_and_cannot_switch_the_fence_off():
    (flags,) = ask(
        "select rolsuper, rolbypassrls, rolcreaterole, rolcreatedb from pg_roles where rolname = current_user"
    )
    assert flags == (False, False, False, False)
    assert ask("select current_user") == [(app_role(),)]
    assert settings.DATABASES["default"]["USER"] == app_role()
    owned = ask("select relname from pg_class where pg_get_userbyid(relowner) = current_user")
    assert owned == []
    assert {right for _table, right in rights_of(app_role())} == {"SELECT", "INSERT", "UPDATE", "DELETE"}


def test_audit_entries_can_be_added_and_read_and_never_altered():
    rights = {right for table, right in rights_of(app_role()) if table == "accounts_auditentry"}
    assert rights == {"SELECT", "INSERT"}
    for statement in ("update accounts_auditentry set result = 'x'", "delete from accounts_auditentry"):
        with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
            connection.cursor().execute(statement)


def test_every_key_between_fenced_tables_contains_the_workspace():
    keys = ask(
        "select c.relname, k.conname, k.contype, array(select a.attname::text from unnest(k.conkey) as col"
        " join pg_attribute a on a.attrelid = k.conrelid and a.attnum = col)"
        " from pg_constraint k join pg_class c on c.oid = k.conrelid"
        " where k.contype in ('p', 'u', 'f') and c.relname = any(%s)",
        list(with_workspace()),
    )
    assert len(keys) > 30
    assert [(table, name) for table, name, _kind, columns in keys if "workspace_id" not in columns] == []


def test_unique_indexes_contain_the_workspace_too():
    indexes = ask(
        "select t.relname, i.relname, array(select a.attname::text from unnest(x.indkey::int2[]) as col"
        " join pg_attribute a on a.attrelid = t.oid and a.attnum = col)"
        " from pg_index x join pg_class t on t.oid = x.indrelid join pg_class i on i.oid = x.indexrelid"
        " where x.indisunique and t.relname = any(%s)",
        list(with_workspace()),
    )
    assert [(table, name) for table, name, columns in indexes if "workspace_id" not in columns] == []


def test_no_view_looks_past_the_fence():
    stored = ask(
        "select relname from pg_class c join pg_namespace n on n.oid = c.relnamespace"
        " where n.nspname = 'public' and c.relkind = 'm'"
    )
    assert stored == []
    views = ask(
        "select relname, reloptions from pg_class c join pg_namespace n on n.oid = c.relnamespace"
        " where n.nspname = 'public' and c.relkind = 'v'"
    )
    assert [name for name, options in views if "security_invoker=true" not in (options or [])] == []


def test_functions_that_run_as_the_owner_are_known_and_not_everybodys():
    definers = ask(
        "select p.proname, p.proconfig, coalesce(array_to_string(p.proacl, ','), '=X') from pg_proc p"
        " join pg_namespace n on n.oid = p.pronamespace where n.nspname = 'public' and p.prosecdef"
    )
    assert {name for name, _config, _acl in definers} == {
        "accounts_forget_audit",
        "attribution_workspaces_with_open_days",
        "find_site",
        "find_write_key",
        "reports_workspaces_to_measure",
        "reports_workspaces_with_mail_due",
        "reports_workspaces_with_session_days",
        "tracking_measures",
        "tracking_note_events",
        "tracking_workspaces_waiting",
        "tracking_workspaces_with_changed_days",
    }
    for name, config, acl in definers:
        assert any(setting.startswith("search_path=") for setting in config or []), name
        assert not any(entry.startswith("=") for entry in acl.split(",")), name
