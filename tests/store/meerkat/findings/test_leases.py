"""Invariant: a lease is said to be alive or stale by its heartbeat, and nothing in it can deceive."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest

from store.cancel import CancelToken
from store.meerkat.findings.collecting import Collector
from store.meerkat.findings.leases import find_leases
from store.values.checks import Finding


@pytest.fixture
def leased(tmp_path: Path):
    def leased(content: str) -> Finding:
        path = tmp_path / "leases" / "one.json"
        path.parent.mkdir(exist_ok=True)
        path.write_text(content)
        found = Collector()
        find_leases(tmp_path, found, CancelToken())
        (finding,) = found.findings()
        return finding

    return leased


def lease(age_s: float, **more: object) -> str:
    fields = {"surface": "rkat-rpc", "pid": 4_242, "heartbeat_at": int(time.time() - age_s)}
    return json.dumps(fields | more, indent=2)


def test_3_5_a_server_that_said_so_just_now_works_on_the_realm(leased) -> None:
    found = leased(lease(4))
    assert found.code == "lease-alive"
    assert found.sentence.startswith("A server works on this realm: rkat-rpc, process 4242; it said so")


@pytest.mark.parametrize(
    ("age_s", "words"), [(90, "90 seconds ago"), (600, "10 minutes ago"), (86_400 * 9, "9 days ago"), (-600, "to come")]
)
def test_3_5_a_lease_that_nobody_renews_is_stale(leased, age_s: float, words: str) -> None:
    found = leased(lease(age_s))
    assert (found.code, words in found.sentence) == ("lease-stale", True)


@pytest.mark.parametrize("content", ["", "no", "[]", '{"heartbeat_at": "now"}', '{"heartbeat_at": 1e400}'])
def test_3_5_what_is_no_lease_is_named(leased, content: str) -> None:
    assert leased(content).code == "bad-lease"


def test_3_5_a_lease_of_the_far_past_and_hostile_names_are_shown_harmless(leased) -> None:
    found = leased(lease(0, surface="\x1b[31mroot\n", heartbeat_at=-1e300, pid=-1))
    assert (found.code, "\x1b" in found.sentence, "\n" in found.sentence) == ("lease-stale", False, False)
