"""What the rows of every table add up to: their number and a hash, in any order of theirs, by several at once."""

import os
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from itertools import repeat
from queue import SimpleQueue
from typing import Any

from psycopg import sql

Sums = dict[str, list[str]]
# More than the machine has cores gains nothing; many of them may be wanted by those who work beside us.
WORKERS = max(2, min(4, os.cpu_count() or 2))

# Partitions one by one, so that the largest table does not keep one of us busy to the end.
_PARTS = """
select coalesce(parent.relname, c.relname), c.relname from pg_class c
join pg_namespace n on n.oid = c.relnamespace
left join pg_inherits i on i.inhrelid = c.oid left join pg_class parent on parent.oid = i.inhparent
where n.nspname = 'public' and c.relkind = 'r' order by pg_relation_size(c.oid) desc, 2
"""
_ADD = "select count(*), coalesce(sum(hashtextextended(t::text, 0)::numeric), 0) from {} t"


def add_up(connect: Callable[[], Any], *, analyze: bool = False) -> Sums:
    """Count and hash the rows of every table; `analyze` tells the planner of them too.

    `connect` opens a connection in the transaction whose snapshot is to be added up.
    """
    with ExitStack() as stack:
        connections: list[Any] = [stack.enter_context(connect()) for _ in range(WORKERS)]
        parts = connections[0].execute(_PARTS).fetchall()
        free: SimpleQueue[Any] = SimpleQueue()
        for connection in connections:
            connection.execute("set local timezone = 'UTC'")
            free.put(connection)
        with ThreadPoolExecutor(WORKERS) as pool:
            added = list(pool.map(_add_part, repeat(free), parts, repeat(analyze)))
    return _of_whole_tables(zip(parts, added, strict=True))


def _add_part(free: "SimpleQueue[Any]", part: tuple[str, str], analyze: bool) -> tuple[int, int]:
    connection, (_, name) = free.get(), part
    try:
        count, total = connection.execute(sql.SQL(_ADD).format(sql.Identifier(name))).fetchone()
        if analyze:
            connection.execute(sql.SQL("analyze {}").format(sql.Identifier(name)))
    finally:
        free.put(connection)
    return int(count), int(total)


def _of_whole_tables(added: Iterable[tuple[Sequence[str], tuple[int, int]]]) -> Sums:
    totals: Mapping[str, list[int]] = defaultdict(lambda: [0, 0])
    for (table, _), (count, total) in added:
        totals[table][0] += count
        totals[table][1] += total
    return {table: [str(value) for value in totals[table]] for table in sorted(totals)}
