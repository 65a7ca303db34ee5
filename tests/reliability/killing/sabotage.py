"""Ways to break the promises on purpose: run with any of these, the bench must find fault.

Nothing of the product knows of them. Some change the database as its superuser; the others have web or worker load
`tests.reliability.killing.broken`, which replaces functions before the product uses them.
"""

from dataclasses import replace

from config.embedded import postgres
from config.embedded.supervisor import Program
from tests.reliability.killing.house import House

BROKEN = "tests.reliability.killing.broken"
SABOTAGES = {
    "ack-before-commit": "answers 200 when the events are queued, not when they are committed",
    "no-unique-key": "the primary key of events is dropped",
    "cursor": "the worker remembers how far it came, instead of which rows wait",
    "asynchronous-commit": "synchronous_commit is off, so that a commit returns before it is on disk",
}
STATEMENTS = {
    "no-unique-key": [
        "alter table tracking_event drop constraint tracking_event_pkey",
        "create index on tracking_event (workspace_id, message_id)",
    ],
    "cursor": [
        "create table sabotage_cursor (workspace_id bigint primary key, seq bigint)",
        "grant all on sabotage_cursor to public",
    ],
    "asynchronous-commit": [
        "alter role headwater_collector set synchronous_commit = off",
        "alter system set wal_writer_delay = '2s'",
        "select pg_reload_conf()",
    ],
}


# Not a sabotage but a busy disk, in every run: some commits take long, so that rows commit out of their order.
UNEVEN_COMMITS = [
    """
    create function uneven() returns trigger language plpgsql as $$
    begin
        if random() < 0.3 then perform pg_sleep(random() * 0.25); end if;
        return null;
    end $$
    """,
    "create trigger zz_uneven after insert on tracking_event for each statement execute function uneven()",
]


def make_commits_uneven(house: House) -> None:
    """Have commits of events take from no time to a quarter of a second, after their places in the inbox are given."""
    with postgres.superuser(house.data_dir, "headwater") as connection:
        for statement in UNEVEN_COMMITS:
            connection.execute(statement)


def break_database(house: House, name: str) -> None:
    """Do to the tables what the sabotage asks for, before the programs start."""
    with postgres.superuser(house.data_dir, "headwater") as connection:
        for statement in STATEMENTS.get(name, []):
            connection.execute(statement)


def break_program(program: Program, name: str) -> Program:
    """Have web or worker load the broken functions first."""
    if name not in ("ack-before-commit", "cursor"):
        return program
    command = [f"{BROKEN}:application" if part == "config.asgi:application" else part for part in program.command]
    if program.name == "worker":
        command[command.index("-A") + 1] = f"{BROKEN}:worker"
    return replace(program, command=command, environ={**program.environ, "SABOTAGE": name})
