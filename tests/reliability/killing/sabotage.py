"""Ways to break the promises on purpose: run with any of these, the bench must find fault.

Nothing of the product knows of them. Some change the database as its superuser; the others have web or worker load
`tests.reliability.killing.broken`, which replaces functions before the product uses them.
"""

from dataclasses import replace

from config.embedded import postgres
from config.embedded.supervisor import Program
from tests.reliability.killing.house import WEBS, House

BROKEN = "tests.reliability.killing.broken"
SABOTAGES = {
    "ack-before-commit": "answers 200 when the events are queued, not when they are committed",
    "no-unique-key": "the primary key of events is dropped",
    "cursor": "the worker remembers how far it came, instead of which rows wait",
    "asynchronous-commit": "synchronous_commit is off, so that a commit returns before it is on disk",
    "inbox-on-commit": "what waits is noted after the events' commit, not in it",
    "mark-apart": "days whose numbers no longer hold are noted after the facts' commit, not in it",
    "early-ack": "such days are told in messages alone, which are acknowledged before the work",
    "no-append-only-file": "such days are told in messages alone, which Valkey keeps in memory",
    "plus-one": "events are counted by reading a number, adding to it, and writing it back",
    "workspace-not-in-key": "an event is a repeat where any workspace has its id",
}
# These load `broken`, the first two in the collector too.
IN_PROGRAMS = ("ack-before-commit", "inbox-on-commit", "cursor", "mark-apart", "early-ack", "no-append-only-file")
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
    "inbox-on-commit": [
        """
        create or replace function tracking_note_events() returns trigger language plpgsql security definer as $$
        begin
            insert into tracking_eventcount (workspace_id, received_at, events)
                select workspace_id, max(received_at), count(*) from stored group by workspace_id;
            return null;
        end $$
        """,
    ],
    "plus-one": [
        """
        create or replace function tracking_note_events() returns trigger language plpgsql security definer as $$
        declare
            one record;
            before bigint;
        begin
            insert into tracking_inbox (workspace_id, message_id, received_at)
                select workspace_id, message_id, received_at from stored;
            for one in select workspace_id, max(received_at) as at, count(*) as events from stored group by 1 loop
                select events into before from tracking_eventcount where workspace_id = one.workspace_id;
                if before is null then
                    insert into tracking_eventcount (workspace_id, received_at, events)
                        values (one.workspace_id, one.at, one.events);
                else
                    update tracking_eventcount set events = before + one.events
                        where workspace_id = one.workspace_id;
                end if;
            end loop;
            return null;
        end $$
        """,
    ],
    "workspace-not-in-key": [
        "create index on tracking_event (message_id)",
        """
        create function drop_known_anywhere() returns trigger language plpgsql security definer as $$
        begin
            if exists (select from tracking_event where message_id = new.message_id) then return null; end if;
            return new;
        end $$
        """,
        "create trigger aa_known before insert on tracking_event for each row execute function drop_known_anywhere()",
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
    """Have web or worker load the broken functions first, or Valkey forget what it is told."""
    if name == "no-append-only-file" and program.name == "valkey":
        return replace(program, command=[*program.command, "--appendonly", "no", "--save", ""])
    if name not in IN_PROGRAMS or program.name not in (*WEBS, "worker"):
        return program
    command = [f"{BROKEN}:application" if part == "config.asgi:application" else part for part in program.command]
    if program.name == "worker":
        command[command.index("-A") + 1] = f"{BROKEN}:worker"
    return replace(program, command=command, environ={**program.environ, "SABOTAGE": name})
