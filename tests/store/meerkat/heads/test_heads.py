"""Real sessions of heads, strands, links and cells, sound and damaged (S3, 3-case-3, 3-case-4, 3-case-7)."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from store.backend import Backend
from store.cancel import CancelToken
from store.errors import SessionError
from store.values.message import Message, TextBlock
from store.values.session import MetadataNode, SessionState, SessionSummary

Copy = Callable[[str], Path]
Open = Callable[[Path], Backend]
Rows = Callable[..., tuple[SessionSummary, ...]]
Look = Callable[[Path], dict[str, "Shown"]]

COMPACTED = "01a1fd51-1bf9-7fe3-a902-873e62473458"
"""A session of realm-0.9.8-rkat whose strand is linked to the one that was compacted."""

ARCHIVED = "01a1fd51-55d1-7603-a164-bc18acb10966"
CRASHED = "01a1fd5d-13fa-7f51-b6ec-a456ac19cb74"


@pytest.fixture
def late(copy_sample: Copy) -> Path:
    """The database of a real realm of 0.9.8: links, cells, authority."""
    return copy_sample("meerkat/realm-0.9.8-rkat") / "realm" / "sessions.sqlite3"


def run(main: Path, statement: str, *parameters: object) -> None:
    """Change a store as Meerkat never does, its triggers apart."""
    with closing(sqlite3.connect(main)) as connection, connection:
        assert connection.execute(statement, parameters).rowcount != 0


def texts_of(messages: tuple[Message, ...]) -> list[str]:
    return ["".join(block.text for block in message.blocks if isinstance(block, TextBlock)) for message in messages]


def all_of(backend: Backend, name: str, token: CancelToken) -> tuple[Message, ...]:
    return backend.messages(name, 0, backend.outline(name, token).count, token)


@dataclass(frozen=True)
class Shown:
    """What is shown of one session."""

    title: str
    state: SessionState
    message_count: int | None
    faults: set[str]
    metadata: tuple[MetadataNode, ...]
    messages: tuple[Message, ...]
    outline_faults: set[str]


@pytest.fixture
def look(open_store: Open, list_rows: Rows, token: CancelToken) -> Look:
    """All that is shown of each session of a store, opened anew."""

    def shown(main: Path) -> dict[str, Shown]:
        backend = open_store(main)
        return {row.key.session_id: _shown(backend, row, token) for row in list_rows(backend)}

    return shown


def _shown(backend: Backend, row: SessionSummary, token: CancelToken) -> Shown:
    name = row.key.session_id
    outline = backend.outline(name, token)
    return Shown(
        row.title,
        row.state,
        row.message_count,
        {fault.code for fault in row.faults},
        backend.detail(name, token).metadata,
        backend.messages(name, 0, outline.count, token),
        {fault.code for fault in outline.faults},
    )


def test_3_1_a_transcript_of_linked_strands_is_read_page_by_page(
    copy_sample: Copy, open_store: Open, list_rows: Rows, token: CancelToken
) -> None:
    folder = copy_sample("meerkat/store-0.8.50-rotated")
    expected = json.loads((folder / "expected.json").read_text("utf-8"))
    backend = open_store(folder / "sessions.sqlite3")
    (row,) = list_rows(backend)
    assert (row.title, row.is_rewritten, row.faults) == ("summary 32", True, ())
    pages = [message for at in range(3) for message in backend.messages(row.key.session_id, at, at + 1, token)]
    assert texts_of(tuple(pages)) == [message["content"] for message in expected["messages"]]


def test_3_1_every_way_of_reading_a_linked_strand_sees_the_same(
    late: Path, open_store: Open, token: CancelToken
) -> None:
    """The head is made to take its first messages from the strand that was compacted."""
    link_to_root(late, 3)
    backend = open_store(late)
    whole = all_of(backend, COMPACTED, token)
    assert len(whole) == 12
    (own,) = backend.messages(COMPACTED, 9, 10, token)
    assert own == whole[9]
    word = texts_of(whole)[1].split()[0]
    found = backend.candidates(COMPACTED, [word], 0, 12, token)
    assert set(found) >= {at for at, text in enumerate(texts_of(whole)) if word in text}
    plain = backend.plain_texts(COMPACTED, [1, 8], token)
    assert plain[0] is not None
    assert json.loads(backend.raw(COMPACTED, 1, token))["role"] == whole[1].stored_role
    (row,) = [row for row in backend.census(None, 100, token) if row.session_id == COMPACTED]
    (facts,) = backend.catalogue_facts([row.handle], token)
    assert (facts.is_damaged, facts.is_rewritten, facts.has_no_answer) == (False, True, False)


def link_to_root(main: Path, splice_start: int) -> None:
    """Let the strand of the compacted session take its first messages from `root`."""
    change = "UPDATE session_strand_links SET splice_start = ?, splice_end = strand_len, successor_end = ?"
    run(main, f"{change} WHERE session_id = ?", splice_start, splice_start, COMPACTED)


def test_3_case_3_a_message_that_is_not_stored_makes_a_damaged_session(
    copy_sample: Copy, open_store: Open, list_rows: Rows, token: CancelToken
) -> None:
    """(3-case-3) The head says 5 messages, the strand has 4."""
    main = copy_sample("meerkat/realm-0.8.10") / "sessions.sqlite3"
    run(main, "DELETE FROM session_strand_messages WHERE seq = 3")
    backend = open_store(main)
    (row,) = list_rows(backend)
    assert (row.state, [fault.code for fault in row.faults]) == (SessionState.DAMAGED, ["missing-messages"])
    assert row.faults[0].sentence.startswith("1 of the 5 messages")
    outline = backend.outline(row.key.session_id, token)
    assert (outline.count, [fault.code for fault in outline.faults]) == (4, ["missing-messages"])
    assert texts_of(all_of(backend, row.key.session_id, token))[-1] == "fixture response 2"


def test_3_case_3_messages_beyond_the_head_are_not_shown(copy_sample: Copy, look: Look) -> None:
    """(3-case-3) The head says 5 messages, the strand has 7."""
    main = copy_sample("meerkat/realm-0.8.10") / "sessions.sqlite3"
    before = look(main)
    run(
        main,
        "INSERT INTO session_strand_messages SELECT session_id, strand, seq + 5, message_json, created_at_ms"
        " FROM session_strand_messages WHERE seq < 2",
    )
    assert look(main) == before


CIRCLE = (
    "INSERT INTO session_strand_links SELECT session_id, 'root', strand, 99, 0, 0, 0, 0 FROM session_strand_links"
    " WHERE session_id = ?"
)


@pytest.mark.parametrize(
    ("statement", "code", "left"),
    [
        (CIRCLE, "link-cycle", 9),
        ("UPDATE session_strand_links SET successor = 'nowhere' WHERE session_id = ?", "missing-messages", 9),
        ("UPDATE session_strand_links SET splice_end = 99 WHERE session_id = ?", "bad-link", 0),
    ],
)
def test_3_case_4_links_that_lead_nowhere_damage_their_session_alone(
    late: Path, look: Look, statement: str, code: str, left: int
) -> None:
    """(3-case-4) A circle of links, a link to a missing strand, a link against the rules."""
    link_to_root(late, 3)
    before = look(late)
    run(late, statement, COMPACTED)
    after = look(late)
    damaged = after.pop(COMPACTED)
    assert (damaged.state, len(damaged.messages)) == (SessionState.DAMAGED, left)
    assert damaged.faults == damaged.outline_faults == {code, "missing-messages"}
    before.pop(COMPACTED)
    assert after == before


@pytest.mark.parametrize(
    ("statement", "codes"),
    [
        (
            "DELETE FROM session_head_metadata_current WHERE session_id = ? AND metadata_key = 'session_metadata'",
            {"wrong-cells", "stray-cell"},
        ),
        (
            "DELETE FROM session_head_metadata_cells WHERE session_id = ? AND metadata_key = 'session_metadata'",
            {"missing-cell"},
        ),
        (
            "INSERT INTO session_head_metadata_cells SELECT session_id, 'foreign', key_route, exact_value_digest,"
            " metadata_json, 0 FROM session_head_metadata_cells WHERE session_id = ? LIMIT 1",
            {"stray-cell"},
        ),
        (
            "UPDATE session_head_metadata_cells SET metadata_json = CAST('{' AS BLOB)"
            " WHERE session_id = ? AND metadata_key = 'session_metadata'",
            {"bad-metadata-value"},
        ),
    ],
)
def test_3_case_4_cells_that_do_not_fit_damage_their_session_alone(
    late: Path, look: Look, open_store: Open, token: CancelToken, statement: str, codes: set[str]
) -> None:
    """(3-case-4) A cell without current row, a current row without cell, a value that is no JSON."""
    before = look(late)
    run(late, statement, COMPACTED)
    after = look(late)
    damaged = after.pop(COMPACTED)
    assert (damaged.state, damaged.faults) == (SessionState.DAMAGED, codes)
    assert (damaged.message_count, len(damaged.messages)) == (12, 12)
    assert {fault.code for fault in open_store(late).detail(COMPACTED, token).summary.faults} == codes
    before.pop(COMPACTED)
    assert after == before


def test_3_case_4_a_key_that_was_removed_in_a_recorded_way_is_no_damage(
    late: Path, open_store: Open, list_rows: Rows
) -> None:
    """(3-case-4) Cells of older values stay behind: two sessions have one of the key `session_run_cursor_v1`."""
    with closing(sqlite3.connect(late)) as connection:
        ((count,),) = connection.execute(
            "SELECT count(*) FROM session_head_metadata_cells WHERE metadata_key = 'session_run_cursor_v1'"
        )
    assert count == 2
    assert not any(row.faults for row in list_rows(open_store(late)))


def test_3_case_7_a_head_wins_over_the_row_behind_it_and_both_are_listed_once(
    copy_sample: Copy, open_store: Open, list_rows: Rows, token: CancelToken, make: Any
) -> None:
    """(3-case-7) A mixed realm: heads for some sessions, rows in `sessions` for others, a snapshot alone for one."""
    main = copy_sample("meerkat/realm-0.8.10") / "sessions.sqlite3"
    with closing(sqlite3.connect(main)) as connection, connection:
        ((own,),) = connection.execute("SELECT session_id FROM session_heads").fetchall()
        for name, text in ((own, "frozen"), (make.session_id(2), "still whole")):
            stored = make.document(name, [make.user(text)])
            connection.execute("INSERT INTO sessions VALUES (?, 1, 2, 1, 10, '{}', ?)", (name, stored))
        alone = make.document(make.session_id(3), [make.user("a snapshot alone")])
        connection.execute(
            "INSERT INTO runtime_session_snapshots VALUES (?, ?)", (f"rt:session:{make.session_id(3)}", alone)
        )
    backend = open_store(main)
    rows = {row.key.session_id: row.title for row in list_rows(backend)}
    assert rows == {
        own: "fixture user one",
        make.session_id(2): "still whole",
        make.session_id(3): "a snapshot alone",
    }
    assert {row.session_id for row in backend.census(None, 100, token)} == rows.keys()
    assert backend.facts(token).session_count == 3
    assert texts_of(all_of(backend, make.session_id(2), token)) == ["still whole"]
    assert len(all_of(backend, own, token)) == 5


SWAPPED = (
    "UPDATE session_heads SET head_json = CAST(head_json AS TEXT), metadata_json = CAST(metadata_json AS BLOB)",
    "UPDATE session_strand_messages SET message_json = CAST(message_json AS TEXT)",
    "UPDATE session_head_metadata_cells SET metadata_json = CAST(metadata_json AS TEXT)",
    "UPDATE runtime_session_authority SET boundary_head_json = CAST(boundary_head_json AS TEXT)",
    "UPDATE runtime_session_catalog SET entry_json = CAST(entry_json AS TEXT)",
    "UPDATE runtime_states SET runtime_state_json = CAST(runtime_state_json AS TEXT)",
)


def test_s3_text_and_blob_columns_read_alike(late: Path, look: Look) -> None:
    before = look(late)
    for statement in SWAPPED:
        run(late, statement)
    assert look(late) == before


def test_s3_an_unfinished_run_is_shown_and_said(copy_sample: Copy, open_store: Open, list_rows: Rows) -> None:
    """The head has 6 messages, its last committed boundary 3, which is what `session list` prints."""
    folder = copy_sample("meerkat/realm-0.9.8-crashed")
    expected = json.loads((folder / "expected.json").read_text("utf-8"))
    backend = open_store(folder / "realm" / "sessions.sqlite3")
    rows = list_rows(backend)
    assert [row.key.session_id for row in rows] == expected["list_order"]
    assert [(row.message_count, row.state) for row in rows] == [(3, SessionState.ACTIVE), (6, SessionState.ACTIVE)]
    assert rows[0].faults == ()
    ((fault,),) = (rows[1].faults,)
    committed = expected["sessions"][CRASHED]["message_count"]
    assert fault.code == "unfinished-run"
    assert f"3 messages after the last committed boundary; Meerkat itself says {committed}" in fault.sentence


def test_s3_an_unfinished_run_is_said_beside_the_transcript_and_in_info(
    copy_sample: Copy, open_store: Open, token: CancelToken
) -> None:
    backend = open_store(copy_sample("meerkat/realm-0.9.8-crashed") / "realm" / "sessions.sqlite3")
    outline = backend.outline(CRASHED, token)
    assert (outline.count, [fault.code for fault in outline.faults]) == (6, ["unfinished-run"])
    assert ("Last committed boundary", "3 of 6 messages") in backend.detail(CRASHED, token).facts
    (row,) = [row for row in backend.census(None, 100, token) if row.session_id == CRASHED]
    (facts,) = backend.catalogue_facts([row.handle], token)
    assert (facts.is_damaged, [code for code, _ in facts.faults]) == (False, ["unfinished-run"])


def test_s3_sealed_authority_is_opaque(late: Path, look: Look) -> None:
    """What only Meerkat can judge is not judged: a witness that is nonsense changes nothing that is shown."""
    before = look(late)
    run(late, "UPDATE runtime_session_boundary_witnesses SET request_digest = 'nonsense'")
    run(late, "UPDATE session_head_metadata_states SET identity_json = CAST('nonsense' AS BLOB)")
    assert look(late) == before


def test_s3_a_boundary_that_cannot_be_read_leaves_the_session_readable(
    late: Path, open_store: Open, list_rows: Rows, token: CancelToken
) -> None:
    run(late, "UPDATE runtime_session_authority SET boundary_head_json = x'ff', committed_head_token = 'other'")
    backend = open_store(late)
    assert all([fault.code for fault in row.faults] == ["unfinished-run"] for row in list_rows(backend))
    assert backend.outline(COMPACTED, token).count == 12


@pytest.mark.parametrize(
    ("statement", "sentence"),
    [
        ("UPDATE session_heads SET message_count = 4", "message_count expected 5, found 4"),
        ("UPDATE session_heads SET strand = 'other'", "strand expected “root”, found “other”"),
        ("UPDATE session_heads SET total_tokens = 1", "total_tokens expected 7, found 1"),
        ("UPDATE session_heads SET updated_at_ms = 5", "updated_at_ms expected 1785367558249, found 5"),
        ("UPDATE session_heads SET version = 3", "version expected 2, found 3"),
    ],
)
def test_s3_a_column_that_contradicts_its_head_is_a_fault_with_both_values(
    copy_sample: Copy, open_store: Open, list_rows: Rows, token: CancelToken, statement: str, sentence: str
) -> None:
    """The head counts: all of its messages are shown."""
    main = copy_sample("meerkat/realm-0.8.10") / "sessions.sqlite3"
    run(main, statement)
    backend = open_store(main)
    (row,) = list_rows(backend)
    assert ([fault.code for fault in row.faults], row.state) == (["head-differs"], SessionState.DAMAGED)
    assert sentence in row.faults[0].sentence
    outline = backend.outline(row.key.session_id, token)
    assert (outline.count, [fault.code for fault in outline.faults]) == (5, ["head-differs"])


def test_s3_metadata_beside_a_head_that_is_another_one_is_a_fault(
    copy_sample: Copy, open_store: Open, list_rows: Rows
) -> None:
    main = copy_sample("meerkat/realm-0.8.10") / "sessions.sqlite3"
    run(main, "UPDATE session_heads SET metadata_json = '{}'")
    (row,) = list_rows(open_store(main))
    assert ([fault.code for fault in row.faults], row.model) == (["metadata-differs"], "fixture-model")


def test_3_1_a_head_of_a_newer_format_is_read_and_said_to_be_newer(
    late: Path, open_store: Open, list_rows: Rows, token: CancelToken
) -> None:
    run(
        late,
        "UPDATE session_heads SET version = 9,"
        " head_json = CAST(replace(CAST(head_json AS TEXT), '\"version\":4', '\"version\":9') AS BLOB)"
        " WHERE session_id = ?",
        COMPACTED,
    )
    backend = open_store(late)
    faulty = [row for row in list_rows(backend) if row.faults]
    assert [(row.key.session_id, row.faults[0].code, row.state) for row in faulty] == [
        (COMPACTED, "newer-version", SessionState.ACTIVE)
    ]
    outline = backend.outline(COMPACTED, token)
    assert (outline.count, [fault.code for fault in outline.faults]) == (12, ["newer-version"])
    assert backend.detail(COMPACTED, token).document_version == 9


def test_3_1_the_catalogue_of_the_runtime_tells_an_archived_session_without_a_state_row(
    late: Path, open_store: Open, list_rows: Rows, token: CancelToken
) -> None:
    run(late, "DELETE FROM runtime_states")
    backend = open_store(late)
    archived = [row.key.session_id for row in list_rows(backend) if row.state is SessionState.ARCHIVED]
    assert archived == [ARCHIVED]
    assert [row.session_id for row in backend.census(None, 100, token) if row.is_archived] == [ARCHIVED]


def test_3_1_a_lifecycle_key_in_the_cells_archives_a_session(
    late: Path, open_store: Open, list_rows: Rows, token: CancelToken
) -> None:
    for table in ("cells", "current"):
        value = ", CAST('\"archived\"' AS BLOB), 0" if table == "cells" else ""
        run(
            late,
            f"INSERT INTO session_head_metadata_{table} SELECT session_id, 'session_lifecycle_terminal', key_route, 'd'"
            f"{value} FROM session_head_metadata_current WHERE session_id = ? LIMIT 1",
            COMPACTED,
        )
    backend = open_store(late)
    assert {row.session_id for row in backend.census(None, 100, token) if row.is_archived} == {ARCHIVED, COMPACTED}
    (row,) = [row for row in list_rows(backend) if row.key.session_id == COMPACTED]
    assert [fault.code for fault in row.faults] == ["wrong-cells"]


def test_3_1_info_shows_the_metadata_of_the_cells_with_secrets_masked(
    late: Path, open_store: Open, token: CancelToken
) -> None:
    run(
        late,
        'UPDATE session_head_metadata_cells SET metadata_json = CAST(\'{"shell_env":{"A":"b"}}\' AS BLOB)'
        " WHERE session_id = ? AND metadata_key = 'session_build_state'",
        COMPACTED,
    )
    backend = open_store(late)
    nodes = {node.name: node for node in backend.detail(COMPACTED, token).metadata}
    assert len(nodes) == 5
    assert nodes["session_build_state"].children[0].is_masked
    assert backend.unmasked(COMPACTED, ("session_build_state", "shell_env"), token) == '{"A":"b"}'
    assert json.loads(backend.unmasked(COMPACTED, ("session_metadata",), token))["model"] == "demo-model"
    with pytest.raises(SessionError):
        backend.unmasked(COMPACTED, ("absent",), token)


def test_3_1_a_realm_of_0_9_is_followed_while_it_grows(late: Path, open_store: Open, token: CancelToken) -> None:
    backend = open_store(late)
    outline = backend.outline(COMPACTED, token)
    with closing(sqlite3.connect(late)) as connection, connection:
        connection.execute(
            "INSERT INTO session_strand_messages SELECT m.session_id, m.strand, 12, m.message_json, 0"
            " FROM session_strand_messages m JOIN session_heads h USING (session_id, strand)"
            " WHERE m.session_id = ? AND m.seq = 11",
            (COMPACTED,),
        )
        connection.execute(
            "UPDATE session_heads SET message_count = 13, head_json = CAST(replace(CAST(head_json AS TEXT),"
            " '\"message_count\":12', '\"message_count\":13') AS BLOB) WHERE session_id = ?",
            (COMPACTED,),
        )
    assert backend.refresh(token)
    followed = backend.follow(COMPACTED, outline, token)
    assert (followed.kept, followed.outline.count) == (12, 13)
    assert texts_of(all_of(backend, COMPACTED, token))[12] == texts_of(all_of(backend, COMPACTED, token))[11]


def test_3_1_links_that_change_under_an_opened_transcript_are_noticed(
    late: Path, open_store: Open, token: CancelToken
) -> None:
    backend = open_store(late)
    outline = backend.outline(COMPACTED, token)
    link_to_root(late, 3)
    assert backend.refresh(token)
    assert backend.follow(COMPACTED, outline, token).kept == 0


def test_s3_an_unfinished_run_that_is_committed_is_none_any_more(
    copy_sample: Copy, open_store: Open, token: CancelToken
) -> None:
    """Neither the head nor its messages change, only what the runtime says of them."""
    main = copy_sample("meerkat/realm-0.9.8-crashed") / "realm" / "sessions.sqlite3"
    backend = open_store(main)
    outline = backend.outline(CRASHED, token)
    before = {row.session_id: row.mark for row in backend.census(None, 100, token)}
    run(
        main,
        "UPDATE runtime_session_authority SET committed_head_token = (SELECT cas_token FROM session_heads h"
        " WHERE h.session_id = runtime_session_authority.session_id)",
    )
    run(main, "DELETE FROM runtime_head_canonical_provisional_tails")
    assert backend.refresh(token)
    followed = backend.follow(CRASHED, outline, token)
    assert (followed.kept, followed.outline.count, followed.outline.faults) == (6, 6, ())
    after = {row.session_id: row.mark for row in backend.census(None, 100, token)}
    assert [name for name in after if after[name] != before[name]] == [CRASHED]
