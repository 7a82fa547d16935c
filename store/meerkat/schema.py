"""The tables of the Meerkat stores that Burrow makes itself: the demo library, and data for benchmarks and tests.

The texts are those that SQLite keeps in the `sqlite_master` of real files, letter for letter and in their order:
Meerkat compares the catalogue of a file with its own before it opens one (formats/meerkat.md §0 fact 12). They are only
ever run on a file that Burrow has just created; a user's store never gets a table from here.
"""

from __future__ import annotations

SESSIONS = """CREATE TABLE sessions (
    session_id TEXT PRIMARY KEY,
    created_at_ms INTEGER NOT NULL,
    updated_at_ms INTEGER NOT NULL,
    message_count INTEGER NOT NULL,
    total_tokens INTEGER NOT NULL,
    metadata_json TEXT NOT NULL,
    session_json BLOB NOT NULL
)"""

SCHEDULE_SCHEDULES = """CREATE TABLE schedule_schedules (
    schedule_id TEXT PRIMARY KEY,
    phase TEXT NOT NULL,
    revision INTEGER NOT NULL,
    created_at_ms INTEGER NOT NULL,
    updated_at_ms INTEGER NOT NULL,
    next_occurrence_ordinal INTEGER NOT NULL,
    planning_cursor_at_ms INTEGER NULL,
    schedule_json BLOB NOT NULL
)"""

SCHEDULE_OCCURRENCES = """CREATE TABLE schedule_occurrences (
    occurrence_id TEXT PRIMARY KEY,
    schedule_id TEXT NOT NULL,
    phase TEXT NOT NULL,
    schedule_revision INTEGER NOT NULL,
    occurrence_ordinal INTEGER NOT NULL,
    due_at_ms INTEGER NOT NULL,
    lease_expires_at_ms INTEGER NULL,
    occurrence_json BLOB NOT NULL,
    FOREIGN KEY(schedule_id) REFERENCES schedule_schedules(schedule_id)
)"""

SCHEDULE_RECEIPTS = """CREATE TABLE schedule_receipts (
    receipt_id TEXT PRIMARY KEY,
    occurrence_id TEXT NOT NULL,
    recorded_at_ms INTEGER NOT NULL,
    receipt_json BLOB NOT NULL
)"""

RUNTIME_INPUT_STATES = """CREATE TABLE runtime_input_states (
    runtime_id TEXT NOT NULL,
    input_id TEXT NOT NULL,
    state_json BLOB NOT NULL,
    PRIMARY KEY (runtime_id, input_id)
)"""

RUNTIME_BOUNDARY_RECEIPTS = """CREATE TABLE runtime_boundary_receipts (
    runtime_id TEXT NOT NULL,
    run_id TEXT NOT NULL,
    sequence INTEGER NOT NULL,
    receipt_json BLOB NOT NULL,
    PRIMARY KEY (runtime_id, run_id, sequence)
)"""

RUNTIME_SESSION_SNAPSHOTS = """CREATE TABLE runtime_session_snapshots (
    runtime_id TEXT PRIMARY KEY,
    session_snapshot BLOB NOT NULL
)"""

RUNTIME_STATES = """CREATE TABLE runtime_states (
    runtime_id TEXT PRIMARY KEY,
    runtime_state_json BLOB NOT NULL
)"""

RUNTIME_OPS_LIFECYCLE = """CREATE TABLE runtime_ops_lifecycle (
    runtime_id TEXT PRIMARY KEY,
    state_json BLOB NOT NULL
)"""

RUNTIME_AUTH_OAUTH_FLOW_STATE = """CREATE TABLE runtime_auth_oauth_flow_state (
    id TEXT PRIMARY KEY,
    state_json BLOB NOT NULL
)"""

SESSIONS_UPDATED_IDX = """CREATE INDEX sessions_updated_idx
ON sessions(updated_at_ms DESC, session_id ASC)"""

SCHEDULE_OCCURRENCES_DUE_IDX = """CREATE INDEX schedule_occurrences_due_idx
ON schedule_occurrences(phase, due_at_ms ASC, schedule_revision ASC, occurrence_ordinal ASC)"""

SCHEDULE_OCCURRENCES_SCHEDULE_IDX = """CREATE INDEX schedule_occurrences_schedule_idx
ON schedule_occurrences(schedule_id, due_at_ms ASC)"""

SCHEDULE_RECEIPTS_OCCURRENCE_IDX = """CREATE INDEX schedule_receipts_occurrence_idx
ON schedule_receipts(occurrence_id, recorded_at_ms ASC)"""

S06_STATEMENTS: tuple[str, ...] = (
    SESSIONS,
    SCHEDULE_SCHEDULES,
    SCHEDULE_OCCURRENCES,
    SCHEDULE_RECEIPTS,
    RUNTIME_INPUT_STATES,
    RUNTIME_BOUNDARY_RECEIPTS,
    RUNTIME_SESSION_SNAPSHOTS,
    RUNTIME_STATES,
    RUNTIME_OPS_LIFECYCLE,
    RUNTIME_AUTH_OAUTH_FLOW_STATE,
    SESSIONS_UPDATED_IDX,
    SCHEDULE_OCCURRENCES_DUE_IDX,
    SCHEDULE_OCCURRENCES_SCHEDULE_IDX,
    SCHEDULE_RECEIPTS_OCCURRENCE_IDX,
)
"""Every table and index of a store of 0.4.7 to 0.7.24 (generation S-0.6), as 0.6.24 leaves it."""

SESSION_STRAND_MESSAGES = """CREATE TABLE session_strand_messages (
    session_id TEXT NOT NULL,
    strand TEXT NOT NULL,
    seq INTEGER NOT NULL,
    message_json BLOB NOT NULL,
    created_at_ms INTEGER NOT NULL,
    PRIMARY KEY (session_id, strand, seq)
)"""

SESSION_REWRITES = """CREATE TABLE session_rewrites (
    session_id TEXT NOT NULL,
    rewrite_idx INTEGER NOT NULL,
    parent_strand TEXT NOT NULL,
    parent_len INTEGER NOT NULL,
    strand TEXT NOT NULL,
    strand_len INTEGER NOT NULL,
    commit_json BLOB NOT NULL,
    created_at_ms INTEGER NOT NULL,
    PRIMARY KEY (session_id, rewrite_idx)
)"""

SESSION_HEADS = """CREATE TABLE session_heads (
    session_id TEXT PRIMARY KEY,
    version INTEGER NOT NULL,
    strand TEXT NOT NULL,
    head_revision TEXT NOT NULL,
    message_count INTEGER NOT NULL,
    rewrite_count INTEGER NOT NULL,
    total_tokens INTEGER NOT NULL,
    created_at_ms INTEGER NOT NULL,
    updated_at_ms INTEGER NOT NULL,
    metadata_json TEXT NOT NULL,
    head_json BLOB NOT NULL,
    cas_token TEXT NOT NULL
)"""

SESSION_HEADS_UPDATED_IDX = """CREATE INDEX session_heads_updated_idx
ON session_heads(updated_at_ms DESC, session_id ASC)"""

RUNTIME_PROJECTION_QUARANTINE = """CREATE TABLE runtime_projection_quarantine (
    runtime_id TEXT PRIMARY KEY
)"""

STRAND_STATEMENTS: tuple[str, ...] = (
    SESSIONS,
    SESSIONS_UPDATED_IDX,
    SESSION_STRAND_MESSAGES,
    SESSION_REWRITES,
    SESSION_HEADS,
    SESSION_HEADS_UPDATED_IDX,
    SCHEDULE_SCHEDULES,
    SCHEDULE_OCCURRENCES,
    SCHEDULE_OCCURRENCES_DUE_IDX,
    SCHEDULE_OCCURRENCES_SCHEDULE_IDX,
    SCHEDULE_RECEIPTS,
    SCHEDULE_RECEIPTS_OCCURRENCE_IDX,
    RUNTIME_INPUT_STATES,
    RUNTIME_BOUNDARY_RECEIPTS,
    RUNTIME_SESSION_SNAPSHOTS,
    RUNTIME_STATES,
    RUNTIME_OPS_LIFECYCLE,
    RUNTIME_AUTH_OAUTH_FLOW_STATE,
    RUNTIME_PROJECTION_QUARANTINE,
)
"""Every table and index of a store of 0.7.25 to 0.8.3 (generation S-0.7H), as 0.7.28 leaves it."""
