"""Row-level security in migrations: the fence that PostgreSQL itself keeps around each workspace's rows."""

from django.conf import settings
from django.db import connections, migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from psycopg.conninfo import conninfo_to_dict

SAME_WORKSPACE = "workspace_id = nullif(current_setting('app.workspace_id', true), '')::bigint"

# What is added here is never altered, by nobody who serves requests.
APPEND_ONLY = ("accounts_auditentry",)
# What the collector may do: insert here, and run find_write_key; nothing else.
COLLECTOR_TABLES = ("tracking_event", "tracking_rejectedevent")


def app_role() -> str:
    """The role that serves pages and tasks."""
    return settings.DATABASES["default"]["USER"]


def collector_role() -> str:
    """The role that stores events."""
    return str(conninfo_to_dict(settings.COLLECTOR_DATABASE_URL)["user"])


class TenantTable(migrations.operations.RunSQL):
    """Fence a table in: force row security, policies for app and owner, and the workspace in the primary key."""

    def __init__(self, table: str, *, key: str | None = "id") -> None:
        self.table, self.key = table, key
        super().__init__(sql="", reverse_sql="")

    def deconstruct(self):
        return (self.__class__.__name__, [self.table], {"key": self.key})

    def describe(self) -> str:
        return f"Fence {self.table} in by workspace"

    def database_forwards(self, app_label, schema_editor, from_state, to_state) -> None:
        if self.key:
            schema_editor.execute(
                f"alter table {self.table} drop constraint {self.table}_pkey, "
                f"add primary key (workspace_id, {self.key})"
            )
        for statement in fence_statements(self.table):
            schema_editor.execute(statement)

    def database_backwards(self, app_label, schema_editor, from_state, to_state) -> None:
        return


def fence_statements(table: str, *, collector: bool = False) -> list[str]:
    """The statements that force row security on `table`."""
    statements = [
        f"alter table {table} enable row level security",
        f"alter table {table} force row level security",
        f'create policy app on {table} to "{app_role()}" using ({SAME_WORKSPACE}) with check ({SAME_WORKSPACE})',
        f"create policy owner on {table} to current_user using (true) with check (true)",
    ]
    if collector:
        statements.append(f'create policy collector on {table} for insert to "{collector_role()}" with check (true)')
    return statements


def grant_rights(using: str) -> None:
    """Give app and collector their rights on every table; run after each migration, as the owner.

    Partitions get none: row security of a partitioned table does not hold when a partition is read directly.
    """
    app, collector = app_role(), collector_role()
    with connections[using].cursor() as cursor:
        cursor.execute("select current_user")
        if cursor.fetchone()[0] == app:
            return
        cursor.execute(
            "select c.relname, c.relkind, c.relispartition from pg_class c"
            " join pg_namespace n on n.oid = c.relnamespace"
            " where n.nspname = 'public' and c.relkind in ('r', 'p', 'S')"
        )
        for name, kind, is_partition in cursor.fetchall():
            if kind == "S":
                cursor.execute(f'grant usage, select on sequence "{name}" to "{app}"')
            elif is_partition:
                cursor.execute(f'revoke all on "{name}" from "{app}", "{collector}"')
            else:
                cursor.execute(f'grant select, insert, update, delete on "{name}" to "{app}"')
            if name in APPEND_ONLY:
                cursor.execute(f'revoke update, delete on "{name}" from "{app}"')
            if name in COLLECTOR_TABLES:
                cursor.execute(f'grant insert on "{name}" to "{collector}"')


def run_as_definer(schema_editor: BaseDatabaseSchemaEditor, signature: str, body: str, *roles: str) -> None:
    """Make a SECURITY DEFINER function of the owner that only `roles` may execute."""
    name = signature.split(" returns ")[0]
    plain = name[: name.index("(")]
    schema_editor.execute(
        f"create or replace function {signature} security definer set search_path = public, pg_temp {body}"
    )
    schema_editor.execute(f"revoke all on function {plain} from public")
    for role in roles:
        schema_editor.execute(f'grant execute on function {plain} to "{role}"')
