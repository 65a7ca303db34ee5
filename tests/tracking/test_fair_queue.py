"""Lines per workspace: whatever one sends, the others' turn comes with the next group."""

from dataclasses import dataclass

from hypothesis import given
from hypothesis import strategies as st

from tracking.collector import fair
from tracking.collector.fair import FairQueue


@dataclass(frozen=True)
class Batch:
    workspace_id: int
    rows: int
    number: int = 0
    size: int = 100


def queue_of(*batches: Batch) -> FairQueue[Batch]:
    queue: FairQueue[Batch] = FairQueue()
    for batch in batches:
        queue.join(batch)
    return queue


def test_one_event_does_not_wait_behind_another_workspaces_flood():
    flood = [Batch(1, 500, number) for number in range(50)]
    single = Batch(2, 1)
    group = queue_of(*flood, single).take(5_000)
    assert single in group
    assert sum(batch.rows for batch in group if batch.workspace_id == 1) == fair.MAX_ROWS_OF_ONE


def test_alone_a_workspace_fills_the_group():
    group = queue_of(*[Batch(1, 500, number) for number in range(50)]).take(5_000)
    assert sum(batch.rows for batch in group) == 5_000


def test_a_flood_leaves_room_for_others():
    queue = queue_of(*[Batch(1, 500, number) for number in range(50)])
    assert queue.is_full_for(Batch(1, 500))
    assert not queue.is_full_for(Batch(2, 500))
    assert queue_of(*[Batch(who, 500) for who in range(100)]).is_full_for(Batch(101, 500))
    assert not queue_of().is_full_for(Batch(1, 1_000_000))


def test_a_batch_larger_than_a_group_goes_alone():
    queue = queue_of(Batch(1, 9_000), Batch(1, 1))
    assert queue.take(5_000) == [Batch(1, 9_000)]
    assert queue.take(5_000) == [Batch(1, 1)]


@given(st.lists(st.tuples(st.integers(1, 4), st.integers(0, 3_000))), st.integers(1, 6_000))
def test_everybody_is_served_once_and_in_order(sent, most_rows):
    batches = [Batch(who, rows, number) for number, (who, rows) in enumerate(sent)]
    queue = queue_of(*batches)
    served = []
    while queue:
        waiting = {batch.workspace_id for batch in queue}
        group = queue.take(most_rows)
        assert group
        assert len(group) == 1 or sum(batch.rows for batch in group) <= most_rows
        served.append((waiting, group))
    flat = [batch for _, group in served for batch in group]
    for who in range(1, 5):
        assert [b for b in flat if b.workspace_id == who] == [b for b in batches if b.workspace_id == who]
    assert (queue.rows, queue.size) == (0, 0)
