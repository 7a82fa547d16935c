"""Made stores for benchmarks: one very long session, in two generations, and very many of other sizes.

    python packaging/benchdata.py s50 OUT            one session, 100,000 messages, about 46 MB, S-0.6
    python packaging/benchdata.py s50-strands OUT    the same transcript as a head and strand rows, S-0.7H
    python packaging/benchdata.py s5 OUT             one session of about 5 MB, S-0.6
    python packaging/benchdata.py m1 OUT             1,000,000 sessions of about 600 bytes, S-0.6
    python packaging/benchdata.py c100k OUT          100,000 of these sessions
    python packaging/benchdata.py c300k OUT          1,000 sessions of about 300 KB, S-0.6
    python packaging/benchdata.py c1m OUT            200 sessions of about 1 MB, S-0.6

OUT is a new or empty folder and becomes a realm. The same arguments always give the same documents. The content only
has to weigh what real content weighs; nobody reads it.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sqlite3
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from store.cancel import CancelToken
from store.meerkat.schema import S06_STATEMENTS, STRAND_STATEMENTS
from store.meerkat.writer import (
    DATABASE_NAME,
    MANIFEST_NAME,
    NewRealm,
    NewSession,
    close_database,
    create_database,
    encode_message,
    encode_session,
    encode_sorted,
    system_time,
    write_file,
)
from store.values.session import Usage

S50_MESSAGES = 100_000
S5_MESSAGES = 10_900
M1_SESSIONS = 1_000_000
C100K_SESSIONS = 100_000
C300K = (1_000, 650)
C1M = (200, 2_160)
"""Sessions, and messages of each."""

BEGIN_S = 1_780_000_000
ROWS_A_BATCH = 20_000

S50_ID = "019e75fc-8400-7c50-9a01-5e55100a57e5"

PROSE = (
    "The reader takes a page at a time, so the memory stays flat however long the transcript is.",
    "Two callers remain, one of them in a test; changing the signature is cheaper than a wrapper.",
    "The order is total now, since the sequence number is unique within a session.",
    "What is left of the time goes into copying, and that can be avoided by borrowing.",
    "A cancelled job gives back its connection before anybody waits for it.",
)
CODE = """```rust
fn page(&self, begin: u64, end: u64) -> Result<Vec<Row>> {
    let mut rows = Vec::with_capacity((end - begin) as usize);
    for seq in begin..end {
        rows.push(self.row(seq)?);
    }
    Ok(rows)
}
```"""
TABLE = "| page | before | after |\n|---:|---:|---:|\n| 1 | 0.21 ms | 0.20 ms |\n| 1,900 | 31 ms | 0.22 ms |"
OUTPUT = "\n".join(f"test store::page::case_{number:03} ... ok" for number in range(24))


def transcript(messages: int) -> Iterator[bytes]:
    """Make messages of a working session: prompts, answers with Markdown, reasoning, tool calls and their results."""
    for index in range(messages):
        yield encode_message({**_message(index), "created_at": _stamp(BEGIN_S * 1_000 + index * 1_500)})


def _message(index: int) -> dict[str, object]:
    turn, place = divmod(index, 10)
    if place == 0:
        text = f"Step {turn}: look at `crates/store/src/page_{turn % 97}.rs`. {PROSE[turn % 5]}"
        return {"role": "user", "content": text}
    if place % 2 == 0:
        text = f"{place * turn % 911} rows\n{OUTPUT[: 40 + turn * 37 % 620]}"
        failed = turn % 23 == 0 and place == 4
        result = {"tool_use_id": f"toolu_{index - 1:08}", "content": text, "is_error": failed}
        return {"role": "tool_results", "results": [result]}
    blocks: list[dict[str, object]] = []
    if place in (1, 5):
        data = {"text": " ".join(PROSE[(turn + step) % 5] for step in range(2 + turn % 3))}
        blocks.append({"block_type": "reasoning", "data": data})
    if place == 9:
        parts = (f"**Step {turn} is done.** {PROSE[turn % 5]}", CODE if turn % 2 else TABLE, PROSE[(turn + 2) % 5])
        blocks.append({"block_type": "text", "data": {"text": "\n\n".join(parts)}})
        return {"role": "block_assistant", "blocks": blocks, "stop_reason": "end_turn"}
    blocks.append({"block_type": "text", "data": {"text": PROSE[(turn + place) % 5]}})
    arguments = {"command": f"sed -n '{turn % 400},{turn % 400 + 40}p' crates/store/src/page_{turn % 97}.rs"}
    call = {"id": f"toolu_{index:08}", "name": "bash", "args": arguments}
    blocks.append({"block_type": "tool_use", "data": call})
    return {"role": "block_assistant", "blocks": blocks, "stop_reason": "tool_use"}


def _stamp(time_ms: int) -> str:
    text = datetime.fromtimestamp(time_ms // 1_000, UTC).strftime("%Y-%m-%dT%H:%M:%S")
    return f"{text}.{time_ms % 1_000:03}Z" if time_ms % 1_000 else f"{text}Z"


def _metadata(title: str) -> dict[str, object]:
    return {
        "session_labels": {"project": "bench", "title": title},
        "session_metadata": {
            "schema_version": 2,
            "model": "claude-opus-4-8",
            "max_tokens": 8192,
            "provider": "anthropic",
            "tooling": {},
        },
    }


def s50_session(messages: int) -> NewSession:
    """The one long session."""
    end_ns = (BEGIN_S * 1_000 + messages * 1_500) * 1_000_000
    return NewSession(
        session_id=S50_ID,
        created_at_ns=BEGIN_S * 1_000_000_000,
        updated_at_ns=end_ns,
        messages=list(transcript(messages)),
        metadata=_metadata("A hundred thousand messages"),
        usage=Usage(messages * 90, messages * 30, None, messages * 55),
        runtime_state="idle",
    )


def make_s50(folder: Path, messages: int = S50_MESSAGES) -> Path:
    """Make the long session as an S-0.6 realm, both rows; returns the main file."""
    with NewRealm(folder, "s50", BEGIN_S) as realm:
        realm.add_sessions([s50_session(messages)], CancelToken())
        return realm.database


def make_s50_strands(folder: Path, messages: int = S50_MESSAGES, has_snapshot: bool = True) -> Path:
    """Make the same transcript as a head and one strand row a message (S-0.7H); returns the main file.

    Args:
        has_snapshot: also the runtime's copy of the whole document, as real stores of 0.7.28 have.
    """
    session = s50_session(messages)
    connection = _new_realm(folder, "s50-strands", STRAND_STATEMENTS)
    connection.execute("BEGIN IMMEDIATE")
    rows = (
        (S50_ID, "root", seq, message, BEGIN_S * 1_000 + seq * 1_500) for seq, message in enumerate(session.messages)
    )
    connection.executemany("INSERT INTO session_strand_messages VALUES (?, ?, ?, ?, ?)", rows)
    usage = session.usage
    head = {
        "id": S50_ID,
        "version": 2,
        "strand": "root",
        "head_revision": _digest_format_3(session.messages),
        "message_count": messages,
        "rewrite_count": 0,
        "created_at": system_time(session.created_at_ns),
        "updated_at": system_time(session.updated_at_ns),
        "usage": {
            "input_tokens": usage.input_tokens,
            "output_tokens": usage.output_tokens,
            "cache_creation_tokens": usage.cache_creation_tokens,
            "cache_read_tokens": usage.cache_read_tokens,
        },
        "metadata": json.loads(encode_sorted(session.metadata)),
    }
    head_json = encode_message(head)
    connection.execute(
        "INSERT INTO session_heads VALUES (?, 2, 'root', ?, ?, 0, ?, ?, ?, ?, ?, ?)",
        (
            S50_ID,
            head["head_revision"],
            messages,
            (usage.input_tokens or 0) + (usage.output_tokens or 0),
            session.created_at_ns // 1_000_000,
            session.updated_at_ns // 1_000_000,
            encode_sorted(session.metadata).decode(),
            head_json,
            "head-sha256:" + hashlib.sha256(head_json).hexdigest(),
        ),
    )
    if has_snapshot:
        row = (f"rt:session:{S50_ID}", encode_session(session))
        connection.execute("INSERT INTO runtime_session_snapshots VALUES (?, ?)", row)
    connection.execute("COMMIT")
    close_database(connection)
    return folder / DATABASE_NAME


def _digest_format_3(messages: list[bytes]) -> str:
    """The digest of 0.7.28: without times (formats/meerkat.md §3.2); these messages hold no identity and no image."""
    canonical = (message[: message.rindex(b'"created_at":')] + _EPOCH for message in messages)
    return "sha256:" + hashlib.sha256(b"[" + b",".join(canonical) + b"]").hexdigest()


_EPOCH = b'"created_at":"1970-01-01T00:00:00Z"}'


def _new_realm(folder: Path, name: str, statements: tuple[str, ...]) -> sqlite3.Connection:
    folder.mkdir(parents=True, exist_ok=True)
    manifest = {"realm_id": name, "backend": "sqlite", "origin": "explicit", "created_at": str(BEGIN_S)}
    write_file(folder / MANIFEST_NAME, json.dumps(manifest, indent=2).encode())
    return create_database(folder / DATABASE_NAME, statements)


M1_METADATA = b'{"session_metadata":{"max_tokens":4096,"model":"%s","provider":"%s","schema_version":2,"tooling":{}}}'
M1_DOCUMENT = (
    b'{"version":2,"id":"%s","messages":[{"role":"user","content":"%s","created_at":"%s"},{"role":"block_assistant",'
    b'"blocks":[{"block_type":"text","data":{"text":"Done in step %d."}}],"stop_reason":"end_turn","created_at":"%s"}],'
    b'"created_at":{"secs_since_epoch":%d,"nanos_since_epoch":0},"updated_at":{"secs_since_epoch":%d,'
    b'"nanos_since_epoch":%d},"metadata":%s,"usage":{"input_tokens":%d,"output_tokens":%d,"cache_creation_tokens":null,'
    b'"cache_read_tokens":null}}'
)
M1_TASKS = (b"Build", b"Check", b"Review", b"Measure", b"Publish", b"Repair", b"Explain")
M1_MODELS = ((b"claude-opus-4-8", b"anthropic"), (b"gpt-5.2", b"open_a_i"), (b"gemini-3-pro", b"gemini"))

M1Row = tuple[str, int, int, int, int, str, bytes]


def m1_rows(begin: int, end: int) -> Iterator[M1Row]:
    """Make rows of `sessions`; neighbours differ in every column that a list can be sorted by."""
    for number in range(begin, end):
        mixed = number * 2_654_435_761 & 0xFFFF_FFFF
        created_s = BEGIN_S + number * 7
        updated_ms = (created_s + 1 + mixed % 5_000) * 1_000 + mixed % 1_000
        session_id = f"{created_s * 1_000:012x}"
        session_id = f"{session_id[:8]}-{session_id[8:]}-7{mixed >> 20:03x}-9{mixed >> 8 & 0xFFF:03x}-{number:012x}"
        title = b"%s run %d" % (M1_TASKS[mixed % 7], number)
        metadata = M1_METADATA % M1_MODELS[mixed % 3]
        stamp = datetime.fromtimestamp(created_s, UTC).strftime("%Y-%m-%dT%H:%M:%SZ").encode()
        tokens_in, tokens_out = 200 + mixed % 9_000, 20 + mixed % 700
        document = M1_DOCUMENT % (
            session_id.encode(),
            title,
            stamp,
            mixed % 90,
            stamp,
            created_s,
            updated_ms // 1_000,
            updated_ms % 1_000 * 1_000_000,
            metadata,
            tokens_in,
            tokens_out,
        )
        yield session_id, created_s * 1_000, updated_ms, 2, tokens_in + tokens_out, metadata.decode(), document


def make_m1(folder: Path, sessions: int = M1_SESSIONS, snapshots: int | None = None) -> Path:
    """Make very many small sessions (S-0.6); returns the main file.

    Args:
        snapshots: how many of the newest sessions also get their snapshot row; all of them if None.
    """
    folder.mkdir(parents=True, exist_ok=True)
    tables = [text for text in S06_STATEMENTS if text.startswith("CREATE TABLE")]
    connection = _new_realm(folder, "m1", ())
    # Nobody needs this file if the machine stops while it is made, so it is written once instead of twice.
    connection.execute("PRAGMA journal_mode = DELETE")
    connection.execute("PRAGMA journal_mode = OFF")
    connection.execute("PRAGMA synchronous = OFF")
    connection.execute("PRAGMA cache_size = -65536")
    connection.execute("BEGIN EXCLUSIVE")
    for text in tables:
        connection.execute(text)
    first_snapshot = 0 if snapshots is None else max(sessions - snapshots, 0)
    for begin in range(0, sessions, ROWS_A_BATCH):
        rows = list(m1_rows(begin, min(begin + ROWS_A_BATCH, sessions)))
        connection.executemany("INSERT INTO sessions VALUES (?, ?, ?, ?, ?, ?, ?)", rows)
        newest = rows[max(first_snapshot - begin, 0) :]
        copies = ((f"rt:session:{row[0]}", row[6]) for row in newest)
        connection.executemany("INSERT INTO runtime_session_snapshots VALUES (?, ?)", copies)
    for text in S06_STATEMENTS:
        if text not in tables:
            connection.execute(text)
    connection.execute("COMMIT")
    connection.execute("PRAGMA journal_mode = WAL")
    close_database(connection)
    return folder / DATABASE_NAME


def make_middle(folder: Path, sessions: int, messages: int) -> Path:
    """Make many sessions of some length (S-0.6), unlike in their first prompts; returns the main file."""
    common = list(transcript(messages))[1:]
    with NewRealm(folder, "middle", BEGIN_S) as realm:
        realm.add_sessions((_middle_session(number, common) for number in range(sessions)), CancelToken())
        return realm.database


def _middle_session(number: int, common: list[bytes]) -> NewSession:
    task, begin_s = M1_TASKS[number % 7].decode(), BEGIN_S + number * 3_600
    prompt = {"role": "user", "content": f"{task} part {number}", "created_at": _stamp(BEGIN_S * 1_000)}
    return NewSession(
        session_id=f"{begin_s * 1_000 >> 16:08x}-{begin_s * 1_000 & 0xFFFF:04x}-7300-9300-{number:012x}",
        created_at_ns=begin_s * 1_000_000_000,
        updated_at_ns=(begin_s + number % 900) * 1_000_000_000,
        messages=[encode_message(prompt), *common],
        metadata=_metadata("") | {"session_labels": {"project": f"project {number % 40}"}},
        usage=Usage(number * 90, number * 30, None, None),
        runtime_state="idle",
    )


def main(arguments: list[str]) -> int:
    """Make one of the stores and print where it is and how large."""
    parser = argparse.ArgumentParser(description="Make a store for benchmarks.")
    parser.add_argument("kind", choices=("s50", "s50-strands", "s5", "m1", "c100k", "c300k", "c1m"))
    parser.add_argument("folder", type=Path)
    parser.add_argument("--messages", type=int, default=S50_MESSAGES, help="of s50 and s50-strands")
    parser.add_argument("--sessions", type=int, default=M1_SESSIONS, help="of m1")
    parser.add_argument("--snapshots", type=int, default=None, help="of m1: only the newest so many have both rows")
    chosen = parser.parse_args(arguments)
    if chosen.kind == "s50":
        path = make_s50(chosen.folder, chosen.messages)
    elif chosen.kind == "s50-strands":
        path = make_s50_strands(chosen.folder, chosen.messages)
    elif chosen.kind == "s5":
        path = make_s50(chosen.folder, S5_MESSAGES)
    elif chosen.kind == "c1m":
        path = make_middle(chosen.folder, *C1M)
    elif chosen.kind == "c300k":
        path = make_middle(chosen.folder, *C300K)
    elif chosen.kind == "c100k":
        path = make_m1(chosen.folder, C100K_SESSIONS)
    else:
        path = make_m1(chosen.folder, chosen.sessions, chosen.snapshots)
    print(f"{path}  {path.stat().st_size:,} bytes")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
