"""Rewrites of sessions kept in strands are judged as a graph is, and what was retired is told from what is lost."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest

from store.cancel import CancelToken
from store.errors import RevisionMissing
from store.meerkat.generation import recognise
from store.meerkat.heads.heads import read_head
from store.meerkat.heads.strands import read_strand, resolve_strand
from store.meerkat.heads.trust import needs_trust
from store.meerkat.revisions.graph_rewrites import judge_rewrites
from store.meerkat.revisions.graph_values import GraphVerdict
from store.meerkat.shapes.digests import DigestFormat

ROTATED = "meerkat/store-0.8.50-rotated"
SESSION = "01a108a1-bbae-73c1-a5e4-86d343b5abee"


@contextmanager
def changed(path: Path) -> Iterator[sqlite3.Connection]:
    """A store that a test damages; its foreign keys and triggers are of no concern here."""
    with closing(sqlite3.connect(path)) as database, database:
        needs_trust(database)
        for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            database.execute(f'DROP TRIGGER "{name}"')
        yield database


def verdicts(path: Path) -> list[GraphVerdict | None]:
    with closing(sqlite3.connect(path)) as database:
        needs_trust(database)
        layout = recognise(database, path.name)
        database.text_factory = bytes
        token = CancelToken()
        rowids = [row[0] for row in database.execute("SELECT rowid FROM session_heads ORDER BY session_id").fetchall()]
        heads = [read_head(database, rowid, token) for rowid in rowids]
        return [judge_rewrites(database, layout, head, token) for head in heads if head is not None]


@pytest.fixture
def rotated(copy_sample: Callable[[str], Path]) -> Path:
    """A real store of 0.8.50 with 33 rewrites."""
    return copy_sample(ROTATED) / "sessions.sqlite3"


@pytest.mark.parametrize(
    ("realm", "form"),
    [("realm-0.7.28-rkat", 3), ("realm-0.8.26-rkat", 4), ("realm-0.9.8-rkat", 5)],
)
def test_s4_the_rewrites_of_a_real_realm_are_sound(realm: str, form: int, copy_sample: Callable[[str], Path]) -> None:
    """(3-case-1)"""
    found = [v for v in verdicts(copy_sample(f"meerkat/{realm}") / "realm/sessions.sqlite3") if v is not None]
    assert [(verdict.problem, verdict.agreeing, len(verdict.commits)) for verdict in found] == [("", 2, 1)] * 2
    assert all(DigestFormat(form) in verdict.formats for verdict in found)


def test_s4_all_66_bodies_of_33_rewrites_are_what_they_are_called(rotated: Path) -> None:
    """(3-case-1)"""
    (verdict,) = verdicts(rotated)
    assert verdict is not None
    assert (verdict.problem, verdict.agreeing, len(verdict.bodies), len(verdict.commits)) == ("", 66, 66, 33)


def test_s4_a_session_without_rewrites_has_nothing_to_judge(copy_sample: Callable[[str], Path]) -> None:
    assert verdicts(copy_sample("meerkat/realm-0.8.10") / "sessions.sqlite3") == [None]


@pytest.mark.parametrize(
    ("statement", "sentence"),
    [
        ("DELETE FROM session_rewrites WHERE rewrite_idx = 5", "Not all rewrites that the head counts are stored."),
        ("UPDATE session_rewrites SET strand_len = 1 WHERE rewrite_idx = 5", "The revision that rewrite 6 made"),
        ("UPDATE session_rewrites SET parent_len = 4 WHERE rewrite_idx = 5", "The revision that rewrite 6 came from"),
        ("UPDATE session_rewrites SET commit_json = 'x' WHERE rewrite_idx = 5", "A commit of the revision graph"),
        ("UPDATE session_rewrites SET parent_len = 9223372036854775807 WHERE rewrite_idx = 5", "The revisions of this"),
        ("UPDATE session_rewrites SET parent_len = 'x' WHERE rewrite_idx = 5", "Rewrite 6 does not say how many"),
        ("UPDATE session_rewrites SET graph_edge_json = '{}' WHERE rewrite_idx = 5", "An edge of the revision graph"),
        ("DELETE FROM session_strand_messages WHERE strand = 'root' AND seq = 1", "Message 2 of a retained revision"),
        (
            "UPDATE session_strand_messages SET message_json = replace(CAST(message_json AS TEXT), 'turn', 'tern')"
            " WHERE rowid = (SELECT rowid FROM session_strand_messages WHERE CAST(message_json AS TEXT) LIKE '%turn%'"
            " LIMIT 1)",
            "The revision that rewrite",
        ),
        (
            "UPDATE session_rewrites SET commit_json ="
            " replace(CAST(commit_json AS TEXT), '\"rewrite_generation\":6', '\"rewrite_generation\":7')"
            " WHERE rewrite_idx = 5",
            "The rewrites are not numbered one after the other.",
        ),
    ],
)  # fmt: skip
def test_s4_each_damage_to_rewrites_is_one_sentence(rotated: Path, statement: str, sentence: str) -> None:
    with changed(rotated) as database:
        assert database.execute(statement).rowcount
    (verdict,) = verdicts(rotated)
    assert verdict is not None
    assert verdict.problem.startswith(sentence)


def test_s4_a_rewrite_that_was_not_adopted_is_not_looked_at(rotated: Path) -> None:
    with changed(rotated) as database:
        database.execute(
            "INSERT INTO session_rewrites SELECT session_id, 33, parent_strand, 99, strand, 99, 'x', created_at_ms,"
            " NULL FROM session_rewrites WHERE rewrite_idx = 32"
        )
    (verdict,) = verdicts(rotated)
    assert verdict is not None
    assert (verdict.problem, len(verdict.commits)) == ("", 33)


# ------------------------------------------------------------------------------------------------- retired rewrites


def retire(path: Path, count: int) -> dict[str, Any]:
    """Retire the first rewrites as 0.8.51 does; returns the record of them."""
    with changed(path) as database:
        rows = database.execute(
            "SELECT commit_json, graph_edge_json, strand, strand_len FROM session_rewrites WHERE rewrite_idx < ?"
            " ORDER BY rewrite_idx",
            (count,),
        ).fetchall()
        edge = json.loads(rows[-1][1])
        base = {
            "retired": {
                "commits": [json.loads(row[0]) for row in rows],
                "rewrite_prefix": edge["rewrite_prefix"],
                "graph_prefix": {"occurrence_count": count, "digest": "sha256:" + "0" * 64},
            },
            "anchor": {
                "revision": edge["commit"]["revision"],
                "messages": body_of(database, rows[-1][2], rows[-1][3]),
                "row_prefix": edge["result_witness"]["row_prefix"],
                "created_at": edge["revision_created_at"],
            },
        }
        database.execute(
            "CREATE TABLE session_transcript_retirements (session_id TEXT PRIMARY KEY, retired_count INTEGER,"
            " base_json BLOB, created_at_ms INTEGER)"
        )
        data = json.dumps(base, ensure_ascii=False, separators=(",", ":")).encode()
        database.execute("INSERT INTO session_transcript_retirements VALUES (?, ?, ?, 0)", (SESSION, count, data))
        database.execute("DELETE FROM session_rewrites WHERE rewrite_idx < ?", (count,))
        database.execute("UPDATE meerkat_schema SET version = 5 WHERE domain = 'session-store'")
    return base


def body_of(database: sqlite3.Connection, strand: str, length: int) -> list[Any]:
    """The first messages of a strand."""
    token = CancelToken()
    found = resolve_strand(database, SESSION.encode(), strand.encode(), length, token)
    return [json.loads(data) for _, data in read_strand(database, found, 0, length, token)]


def test_s4_rewrites_after_retired_ones_are_sound(rotated: Path) -> None:
    retire(rotated, 29)
    (verdict,) = verdicts(rotated)
    assert verdict is not None
    assert (verdict.problem, len(verdict.retired), len(verdict.commits)) == ("", 29, 4)
    assert verdict.agreeing == len(verdict.bodies) == 9


@pytest.mark.parametrize(
    ("damage", "sentence"),
    [
        (lambda base: base["retired"]["commits"].pop(), "The record of retired rewrites is of another number of them."),
        (lambda base: base["retired"]["commits"][3].update(actor="x"), "The chain of rewrites of the retired rewrites"),
        (lambda base: base["anchor"]["messages"][0].update(content="x"), "The first revision that is kept matches its"),
        (lambda base: base.pop("anchor"), "The revision graph has no body to begin with."),
    ],
)
def test_s4_a_record_of_retired_rewrites_that_was_altered_is_found(
    rotated: Path, damage: Callable[[Any], Any], sentence: str
) -> None:
    base = retire(rotated, 29)
    damage(base)
    with changed(rotated) as database:
        database.execute(
            "UPDATE session_transcript_retirements SET base_json = ?",
            (json.dumps(base, ensure_ascii=False, separators=(",", ":")).encode(),),
        )
    (verdict,) = verdicts(rotated)
    assert verdict is not None
    assert verdict.problem.startswith(sentence)


def test_s4_messages_of_retired_revisions_are_said_to_be_gone(
    rotated: Path, open_store: Any, token: CancelToken
) -> None:
    base = retire(rotated, 29)
    backend = open_store(rotated)
    revisions = backend.revisions(SESSION, token)
    gone = [revision for revision in revisions if not revision.is_stored]
    assert len(gone) == 57
    assert {revision.revision for revision in gone} < {
        name for commit in base["retired"]["commits"] for name in (commit["parent_revision"], commit["revision"])
    }
    with pytest.raises(RevisionMissing, match="not stored any more"):
        backend.revision_messages(SESSION, gone[0].revision, 0, 5, token)


def test_s4_the_first_kept_body_is_read_out_of_the_record(rotated: Path, open_store: Any, token: CancelToken) -> None:
    base = retire(rotated, 29)
    name = base["anchor"]["revision"]
    messages = open_store(rotated).revision_messages(SESSION, name, 0, 99, token)
    texts = [message.blocks[0].text for message in messages]
    assert texts == [message["content"] for message in base["anchor"]["messages"]]
