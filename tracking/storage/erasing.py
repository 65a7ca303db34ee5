"""What makes a person's rows theirs, taken away; what is summed over people stays."""

import hashlib
import hmac
import json
import re
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime

from django.conf import settings

from tracking.core.facts import Conversion
from tracking.core.identity import ANONYMOUS, USER, Id
from tracking.storage.rows import run

ORDER = "order"
_EVENTS = """
with gone as (
    delete from tracking_event where workspace_id = %(workspace)s and (
        user_id = any(%(users)s::text[]) or user_id is null and anonymous_id = any(%(anonymous)s::text[])
    ) returning message_id, order_id
), left_inbox as (
    delete from tracking_inbox where workspace_id = %(workspace)s and message_id in (select message_id from gone)
)
select message_id, order_id from gone
"""
# Somebody else's event from the same device.
_DEVICES = """
update tracking_event set anonymous_id = null
where workspace_id = %(workspace)s and user_id is not null and anonymous_id = any(%(anonymous)s::text[])
"""
# Whoever else told of an order of theirs, say the till, goes on having told of one that is counted already.
_TOLD_OF = """
with renamed as (
    select order_id as before, 'erased:' || gen_random_uuid() as after from unnest(%(orders)s::text[]) as order_id
), told as (
    update tracking_event e set order_id = r.after,
        payload = jsonb_set(
            jsonb_set(payload, '{properties,order_id}', to_jsonb(r.after), false),
            '{properties,orderId}', to_jsonb(r.after), false
        )
    from renamed r where e.workspace_id = %(workspace)s and e.order_id = r.before
)
select after from renamed
"""
_LINKS = """
delete from tracking_anonymouslink where workspace_id = %(workspace)s
    and (user_id = any(%(users)s::text[]) or anonymous_id = any(%(anonymous)s::text[]))
"""
_MERGES = """
delete from tracking_usermerge where workspace_id = %(workspace)s
    and (user_id = any(%(users)s::text[]) or previous_id = any(%(users)s::text[]))
"""
_ALIASES = "delete from tracking_alias where workspace_id = %(workspace)s and person_id = %(person)s"
_PERSON = "delete from tracking_person where workspace_id = %(workspace)s and id = %(person)s"
_MARKS = "delete from tracking_changedperson where workspace_id = %(workspace)s and person_id = %(person)s"
_DETAILS = "delete from tracking_touchdetail where workspace_id = %(workspace)s and person_id = %(person)s"
_ENTRIES = (
    "update tracking_stageentry set message_id = '' where workspace_id = %(workspace)s and person_id = %(person)s"
)
_ORDERS = """
select order_id from tracking_conversion
where workspace_id = %(workspace)s and person_id = %(person)s and order_id is not null
"""
_CONVERSIONS = """
update tracking_conversion set key = 'erased:' || gen_random_uuid(), order_id = null, message_id = ''
where workspace_id = %(workspace)s and person_id = %(person)s
"""
_REFUNDS = "delete from tracking_refund where workspace_id = %(workspace)s and order_id = any(%(orders)s::text[])"
# What was refused or put aside is kept as it came, so it is searched; it goes on being counted.
_REJECTED = """
update tracking_rejectedevent set body = null, message_id = null, field = '', detail = ''
where workspace_id = %(workspace)s and (
    message_id = any(%(messages)s::text[])
    or detail ~ any(%(words)s::text[]) or encode(body, 'escape') ~ any(%(words)s::text[])
    or exists (select from unnest(%(texts)s::text[]) as one (text)
        where position(convert_to(one.text, 'UTF8') in body) > 0 or position(one.text in detail) > 0)
)
"""
_REMEMBER = """
insert into tracking_erasedid (workspace_id, digest, erased_at)
select %(workspace)s, digest, %(at)s from unnest(%(digests)s::bytea[]) as digest
on conflict (workspace_id, digest) do update set erased_at = excluded.erased_at
"""
_ANY = "select exists (select from tracking_erasedid where workspace_id = %(workspace)s)"
_KNOWN = """
select digest, erased_at from tracking_erasedid
where workspace_id = %(workspace)s and digest = any(%(digests)s::bytea[])
"""

_OF_NOBODY = """
select c.id, goal_id, key, at, message_id, order_id, value_micros, amount_micros, refunded_micros, currency, rate,
    rate_day, note
from tracking_conversion c where c.workspace_id = %(workspace)s and not exists (
    select from tracking_person p where p.workspace_id = c.workspace_id and p.id = c.person_id
)
"""
_VALUE = """
update tracking_conversion c
set value_micros = sent.value, currency = sent.currency, rate = sent.rate, rate_day = sent.rate_day, note = sent.note
from unnest(%(ids)s::bigint[], %(values)s::bigint[], %(currencies)s::text[], %(rates)s::numeric[], %(days)s::date[],
    %(notes)s::text[]) as sent (id, value, currency, rate, rate_day, note)
where c.workspace_id = %(workspace)s and c.id = sent.id
"""


def digest_of(workspace_id: int, one: Id) -> bytes:
    """What is remembered of an erased id: without our key nobody can try names on it."""
    said = json.dumps([workspace_id, one.namespace, one.value])
    return hmac.digest(f"erased ids\n{settings.SECRET_KEY}".encode(), said.encode(), hashlib.sha256)


def remove_traces(workspace_id: int, person: int, ids: Collection[Id]) -> set[str]:
    """Take every id, event and address of a person away; returns the ids of their orders, as they were and are.

    Their touches, visits, conversions and stage entries stay, under a number that leads to nobody.
    """
    users = [one.value for one in ids if one.namespace == USER]
    anonymous = [one.value for one in ids if one.namespace == ANONYMOUS]
    told = run(workspace_id, _EVENTS, users=users, anonymous=anonymous)
    orders = {order for _, order in told if order is not None}
    orders |= {order for (order,) in run(workspace_id, _ORDERS, person=person)}
    run(workspace_id, _DEVICES, anonymous=anonymous)
    run(workspace_id, _LINKS, users=users, anonymous=anonymous)
    run(workspace_id, _MERGES, users=users)
    for statement in (_ALIASES, _PERSON, _MARKS, _DETAILS, _ENTRIES, _CONVERSIONS):
        run(workspace_id, statement, person=person)
    run(workspace_id, _REFUNDS, orders=list(orders))
    renamed = {order for (order,) in run(workspace_id, _TOLD_OF, orders=list(orders))}
    messages = [message for message, _ in told]
    said = {one.value for one in ids} | orders | {f"person {person}"}
    run(workspace_id, _REJECTED, messages=messages, **_searches(said))
    return orders | renamed


def remember_erased(workspace_id: int, ids: Iterable[Id], at: datetime) -> None:
    """Keep that these ids were erased, and when."""
    run(workspace_id, _REMEMBER, digests=[digest_of(workspace_id, one) for one in ids], at=at)


def find_erased(workspace_id: int, ids: Iterable[Id]) -> Mapping[Id, datetime]:
    """Those of the ids that were erased, and when; a workspace where nobody was costs one look."""
    if not run(workspace_id, _ANY)[0][0]:
        return {}
    digests = {digest_of(workspace_id, one): one for one in ids}
    rows = run(workspace_id, _KNOWN, digests=list(digests))
    return {digests[bytes(digest)]: at for digest, at in rows}


def load_erased(workspace_id: int) -> dict[int, Conversion]:
    """The conversions of people who were erased, by id."""
    return {number: Conversion(*rest) for number, *rest in run(workspace_id, _OF_NOBODY)}


def put_values(workspace_id: int, conversions: Mapping[int, Conversion]) -> None:
    """Store what these conversions are worth, by id."""
    worth = list(conversions.values())
    run(
        workspace_id,
        _VALUE,
        ids=list(conversions),
        values=[one.value_micros for one in worth],
        currencies=[one.currency for one in worth],
        rates=[one.rate for one in worth],
        days=[one.rate_day for one in worth],
        notes=[one.note for one in worth],
    )


def _searches(values: Iterable[str]) -> dict[str, list[str]]:
    """How to find values in what was posted: plain ones as whole words, for "7" is in everything; others as written."""
    escaped = {value: json.dumps(value)[1:-1] for value in values}
    plain = [value for value, form in escaped.items() if value == form]
    other = [value for value, form in escaped.items() if value != form]
    return {
        "words": [rf"(^|\W){re.escape(value)}(\W|$)" for value in plain],
        "texts": [form for value in other for form in (value, escaped[value])],
    }
