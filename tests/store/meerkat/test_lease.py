"""A lease is believed only if it is one."""

from __future__ import annotations

import pytest

from store.meerkat.lease import parse_lease

REAL = (
    b'{"realm_id":"demo","instance_id":"a1","surface":"rkat-rpc","pid":4711,'
    b'"started_at":1795250000,"heartbeat_at":1795250536}'
)


def test_a_lease_says_whose_it_is_and_when_it_was_renewed() -> None:
    lease = parse_lease(REAL)
    assert lease is not None
    assert (lease.surface, lease.pid, lease.heartbeat_at) == ("rkat-rpc", 4711, 1795250536)


def test_a_lease_needs_no_more_than_its_heartbeat_and_may_say_more() -> None:
    lease = parse_lease(b'{"heartbeat_at":1.5,"colour":"red"}')
    assert lease is not None
    assert lease.heartbeat_at == 1.5


@pytest.mark.parametrize(
    "data", [b"", b"{", b"[]", b"{}", b'{"heartbeat_at":"soon"}', b'{"heartbeat_at":1e999}', b"\xff"]
)
def test_anything_else_is_no_lease(data: bytes) -> None:
    assert parse_lease(data) is None
