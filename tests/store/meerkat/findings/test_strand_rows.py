"""Invariant: rows about a head that Meerkat does not show are named, and nothing is said of sound heads."""

from __future__ import annotations

from collections.abc import Callable

from store import Library
from store.cancel import CancelToken
from store.values.checks import Finding, Severity

OF_0_8_10 = "019fb032-f7ec-7291-afaa-aa0b1188e9b0"

Find = Callable[..., list[Finding]]
COPIED = "SELECT session_id, {strand}, seq + {seq}, message_json, created_at_ms FROM session_strand_messages"


def test_3_case_3_messages_beyond_the_head_are_listed_and_not_shown(realm, find: Find, library: Library) -> None:
    copy = realm("realm-0.8.10")
    copied = COPIED.format(strand="strand", seq=5)
    copy.change(f"INSERT INTO session_strand_messages {copied} WHERE seq < 2")
    (found,) = find(copy, "rows-beyond-head")
    assert (found.severity, found.session_id) == (Severity.WARNING, OF_0_8_10)
    assert "counts 5 messages, its strand holds 2 rows more" in found.sentence
    (facts,) = library.facts()
    assert library.backend(facts.key).outline(OF_0_8_10, CancelToken()).count == 5


def test_3_5_a_rewrite_that_was_not_adopted_is_named(realm, find: Find) -> None:
    copy = realm("realm-0.7.28-rkat/realm")
    session = copy.one("SELECT session_id FROM session_rewrites ORDER BY session_id LIMIT 1")
    copy.change(
        "INSERT INTO session_rewrites SELECT session_id, 1, parent_strand, parent_len, strand, strand_len, commit_json,"
        " created_at_ms FROM session_rewrites WHERE session_id = :id",
        id=session,
    )
    (found,) = find(copy, "rewrite-not-adopted")
    assert (found.severity, found.session_id) == (Severity.WARNING, session)
    assert found.sentence.startswith("1 rewrite of this session is recorded beyond the 1 that its head counts")


def test_3_5_a_strand_that_nothing_refers_to_is_named_with_its_size(realm, find: Find) -> None:
    copy = realm("realm-0.8.10")
    copied = COPIED.format(strand="'lost'", seq=0)
    copy.change(f"INSERT INTO session_strand_messages {copied}")
    (found,) = find(copy, "strand-unreferenced")
    assert (found.severity, found.session_id) == (Severity.INFO, OF_0_8_10)
    assert "strand “lost” of this session any more: 5 messages, 746 bytes" in found.sentence


def test_3_5_strands_that_rewrites_links_and_boundaries_name_are_not_lost(realm, find: Find) -> None:
    for name in ("realm-0.7.28-rkat/realm", "realm-0.8.26-rkat/realm", "realm-0.9.8-crashed/realm"):
        assert find(realm(name), "strand-unreferenced") == []


def test_3_5_a_link_to_a_strand_that_is_not_stored_is_an_error(realm, find: Find) -> None:
    copy = realm("realm-0.8.26-rkat/realm")
    session = copy.one("SELECT session_id FROM session_strand_links ORDER BY session_id LIMIT 1")
    copy.change("UPDATE session_strand_links SET successor = 'nowhere' || char(27) WHERE session_id = :id", id=session)
    (found,) = find(copy, "link-to-nothing")
    assert (found.severity, found.session_id) == (Severity.ERROR, session)
    assert "“nowhere\N{REPLACEMENT CHARACTER}”" in found.sentence


def test_3_5_parts_of_a_session_without_a_head_are_named_together(realm, find: Find) -> None:
    copy = realm("realm-0.9.8-rkat/realm")
    session = copy.one("SELECT session_id FROM session_rewrites ORDER BY session_id LIMIT 1")
    copy.change("DELETE FROM session_heads WHERE session_id = :id", id=session)
    (found,) = find(copy, "parts-without-head")
    assert (found.severity, found.session_id) == (Severity.WARNING, session)
    for table in ("session_strand_messages", "session_rewrites", "session_head_metadata_cells"):
        assert f"in “{table}”" in found.sentence
