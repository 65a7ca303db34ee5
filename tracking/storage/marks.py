"""The dictionary of marks: each distinct one is a row, found by its digest."""

import hashlib
from collections.abc import Collection, Iterable, Mapping, Sequence

import msgspec

from tracking.core.channel_rules import ChannelRule
from tracking.core.channels import classify
from tracking.core.facts import PersonFacts
from tracking.core.marks import Mark
from tracking.storage.rows import for_each, run

MOST_MARKS = 50_000
FOLDED = "(other)"
_PARTS = Mark._fields
_FIND = "select digest, id from tracking_mark where workspace_id = %(workspace)s and digest = wanted.id"
_COUNT = "select count(*) from tracking_mark where workspace_id = %(workspace)s"
_ADD = f"""
insert into tracking_mark (workspace_id, digest, {", ".join(_PARTS)}, channel)
select %(workspace)s, decode(digest, 'hex'), {", ".join(_PARTS)}, channel from json_to_recordset(%(rows)s::json) as sent
    (digest text, {", ".join(f"{part} text" for part in _PARTS)}, channel text)
returning digest, id
"""  # noqa: S608 - our own text
_ALL = f"select id, {', '.join(_PARTS)}, channel from tracking_mark where workspace_id = %(workspace)s"  # noqa: S608
_RELABEL = """
update tracking_mark m set channel = sent.channel
from unnest(%(ids)s::bigint[], %(channels)s::text[]) as sent (id, channel)
where m.workspace_id = %(workspace)s and m.id = sent.id
"""


def digest_of(mark: Mark) -> bytes:
    """The key of a mark."""
    return hashlib.sha256(msgspec.json.encode(mark)).digest()


class MarkNumbers:
    """The numbers of marks, each asked for once."""

    def __init__(self, workspace_id: int, rules: Sequence[ChannelRule]) -> None:
        self._workspace_id, self._rules = workspace_id, rules
        self._numbers: dict[Mark, int] = {}

    def of(self, facts: Iterable[PersonFacts]) -> Mapping[Mark, int]:
        """The numbers of all marks of these facts, and of those asked for before."""
        # Equal marks are mostly the same object, and cost much to hash.
        marks = {id(touch.mark): touch.mark for found in facts for touch in found.touches}
        if new := set(marks.values()) - self._numbers.keys():
            self._numbers |= number_marks(self._workspace_id, new, self._rules)
        return self._numbers


def number_marks(workspace_id: int, marks: Collection[Mark], rules: Sequence[ChannelRule]) -> dict[Mark, int]:
    """The number of each mark, new ones being added with their channel.

    Once a workspace has MOST_MARKS, new ones lose what multiplies them: content, term and landing path.
    """
    digests = {mark: digest_of(mark) for mark in marks}
    numbers = _find(workspace_id, digests.values())
    new = [mark for mark, digest in digests.items() if digest not in numbers]
    if not new:
        return {mark: numbers[digest] for mark, digest in digests.items()}
    room = max(0, MOST_MARKS - run(workspace_id, _COUNT)[0][0])
    new.sort(key=lambda mark: digests[mark])
    for mark in new[room:]:
        digests[mark] = digest_of(fold(mark))
    numbers |= _find(workspace_id, [digests[mark] for mark in new[room:]])
    wanted = {digests[mark]: mark for mark in new[:room]} | {digests[mark]: fold(mark) for mark in new[room:]}
    numbers |= _add(workspace_id, {d: mark for d, mark in wanted.items() if d not in numbers}, rules)
    return {mark: numbers[digest] for mark, digest in digests.items()}


def fold(mark: Mark) -> Mark:
    """The mark without what multiplies marks; what is absent stays so."""
    parts = {name: getattr(mark, name) and FOLDED for name in ("content", "term", "landing_path")}
    return mark._replace(**parts)


def relabel_marks(workspace_id: int, rules: Sequence[ChannelRule]) -> int:
    """Give every mark the channel it has under `rules`; returns how many changed."""
    changed = []
    for number, *parts, channel in run(workspace_id, _ALL):
        if (wanted := classify(Mark(*parts), rules)) != channel:
            changed.append((number, wanted))
    if changed:
        ids, channels = zip(*changed, strict=True)
        run(workspace_id, _RELABEL, ids=list(ids), channels=list(channels))
    return len(changed)


def _find(workspace_id: int, digests: Collection[bytes]) -> dict[bytes, int]:
    rows = run(workspace_id, for_each("digests", "bytea", _FIND), digests=list(set(digests))) if digests else []
    return {bytes(digest): number for digest, number in rows}


def _add(workspace_id: int, marks: dict[bytes, Mark], rules: Sequence[ChannelRule]) -> dict[bytes, int]:
    rows = [
        mark._asdict() | {"digest": digest.hex(), "channel": classify(mark, rules)} for digest, mark in marks.items()
    ]
    if not rows:
        return {}
    return {bytes(d): number for d, number in run(workspace_id, _ADD, rows=msgspec.json.encode(rows).decode())}
