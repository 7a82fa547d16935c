"""Invariant: `burrow show` gives a whole session, exactly as stored where that is asked, inert on a terminal."""

from __future__ import annotations

import fcntl
import hashlib
import json
import re
import sqlite3
import termios
import time
from array import array
from collections.abc import Callable
from contextlib import AbstractContextManager, closing
from pathlib import Path
from typing import IO, Any

import pytest

Burrow = Callable[..., Any]
CopySample = Callable[[str], Path]
STORES = Path(__file__).resolve().parents[2] / "data" / "stores" / "meerkat"

ALL_KINDS = "019e85a1-4b2f-717a-950a-937bf2bae3a5"

LONG_SESSION = "019ec893-f522-7aef-b07a-7f8d2fc69e20"
"""2,000 messages."""

WRITTEN_ANEW = {"float_drift", "raw_tool_args"}
"""Sessions that the published code spells differently when it writes them again, so that their digest differs."""


@pytest.fixture
def rich(copy_old: CopySample) -> Path:
    return copy_old("meerkat/realm-0.6.24-rich") / "atlas"


@pytest.fixture
def expected() -> list[dict[str, Any]]:
    return json.loads((STORES / "realm-0.6.24-rich" / "expected.json").read_text("utf-8"))["sessions"]


# ------------------------------------------------------------------------------------------------- for programs


def test_1_9_raw_is_exactly_what_is_stored(
    burrow: Burrow,
    rich: Path,
    expected: list[dict[str, Any]],
    untouched: Callable[[Path], AbstractContextManager[None]],
) -> None:
    """The texts that `--raw` gives are the stored bytes, and have the digest that the published code computes (1.6)."""
    with untouched(rich):
        for session in expected:
            said = burrow("show", rich, session["id"], "--json", "--raw")
            raw = "[" + ",".join(message["raw"] for message in said.json["messages"]) + "]"
            assert raw.encode() in stored_document(rich / "sessions.sqlite3", session["id"])
            if session["scenario"] not in WRITTEN_ANEW:
                assert f"sha256:{hashlib.sha256(raw.encode()).hexdigest()}" == session["digest"]


def stored_document(path: Path, session_id: str) -> bytes:
    with closing(sqlite3.connect(f"{path.as_uri()}?immutable=1", uri=True)) as database:
        query = "SELECT session_snapshot FROM runtime_session_snapshots WHERE runtime_id = ?"
        (document,) = database.execute(query, (f"rt:session:{session_id}",)).fetchone()
    return bytes(document)


def test_1_5_every_message_is_there_with_its_stored_role(
    burrow: Burrow, rich: Path, expected: list[dict[str, Any]]
) -> None:
    for session in expected[::5]:
        messages = burrow("show", rich, session["id"], "--json").json["messages"]
        assert [message["index"] for message in messages] == list(range(session["message_count"]))
        assert [message["stored_role"] for message in messages] == session["roles"]
        calls = [block for message in messages for block in message["blocks"] if block["type"] == "tool_call"]
        assert len(calls) == session["tool_call_count"]


def test_1_9_a_session_has_the_fields_of_the_list_and_more(burrow: Burrow, rich: Path) -> None:
    session = burrow("show", rich, ALL_KINDS, "--json").json["session"]
    (listed,) = [one for one in burrow("list", rich, "--json").json["sessions"] if one["id"] == ALL_KINDS]
    assert set(listed) <= set(session)
    assert session["revision"].startswith("sha256:")
    assert (session["revision_count"], session["digest_format"]) == (1, 1)
    assert session["metadata"]["session_metadata"]["model"] == "claude-opus-4-6"


def test_1_5_a_tool_call_names_the_message_of_its_result(burrow: Burrow, rich: Path) -> None:
    messages = burrow("show", rich, ALL_KINDS, "--json").json["messages"]
    joined = 0
    for message in messages:
        for block in message["blocks"]:
            if block["type"] == "tool_call" and block["result_message"] is not None:
                results = messages[block["result_message"]]["blocks"]
                assert block["id"] in [result["id"] for result in results if result["type"] == "tool_result"]
                joined += 1
    assert joined


def test_1_9_a_unique_beginning_is_enough(burrow: Burrow, rich: Path) -> None:
    whole = burrow("show", rich, ALL_KINDS, "--json")
    assert burrow("show", rich, ALL_KINDS[:20], "--json").out == whole.out


def test_1_9_a_beginning_of_several_names_them_and_is_exit_2(burrow: Burrow, rich: Path) -> None:
    said = burrow("show", rich, "019e")
    assert said.code == 2
    assert said.out == ""
    (line,) = said.err.splitlines()
    assert line.startswith("burrow: Several sessions begin with '019e': 019e")
    assert line.endswith("Write more of the id, or the path of one store.")


def test_1_9_an_unknown_session_is_exit_2(burrow: Burrow, rich: Path) -> None:
    for words in (["ffffffff"], ["%"], ["_"], ["019E'; DROP TABLE sessions"]):
        said = burrow("show", rich, *words, "--json")
        assert (said.code, said.out) == (2, "")
        assert said.err.startswith("burrow: No session has an id that is or begins with")


def test_1_9_the_same_id_in_two_stores_asks_for_one_of_them(
    burrow: Burrow, rich: Path, copy_sample: CopySample
) -> None:
    other = rich.parent / "copy"
    other.mkdir()
    (other / "sessions.sqlite3").write_bytes((rich / "sessions.sqlite3").read_bytes())
    said = burrow("show", rich.parent, ALL_KINDS)
    assert said.code == 2
    assert str(rich) in said.err
    assert str(other) in said.err
    assert burrow("show", other, ALL_KINDS).code == 0


def test_1_3_a_session_document_is_shown(burrow: Burrow, copy_sample: CopySample) -> None:
    path = copy_sample("meerkat/v0_8_8_slim_session.json")
    (session,) = burrow("list", path, "--json").json["sessions"]
    said = burrow("show", path, session["id"], "--json", "--raw")
    stored = json.loads(path.read_text("utf-8"))
    assert [json.loads(message["raw"]) for message in said.json["messages"]] == stored["messages"]


# ------------------------------------------------------------------------------------------------- faults


def rewrite(path: Path, session_id: str, change: Callable[[bytes], bytes]) -> None:
    """Change both stored copies of a document."""
    with closing(sqlite3.connect(path)) as database, database:
        database.create_function("changed", 1, lambda stored: change(bytes(stored)))
        database.execute("UPDATE sessions SET session_json = changed(session_json) WHERE session_id = ?", (session_id,))
        database.execute(
            "UPDATE runtime_session_snapshots SET session_snapshot = changed(session_snapshot) WHERE runtime_id = ?",
            (f"rt:session:{session_id}",),
        )


def test_1_case_5_a_document_that_cannot_be_read_is_a_session_without_messages(burrow: Burrow, rich: Path) -> None:
    rewrite(rich / "sessions.sqlite3", ALL_KINDS, lambda stored: stored[: len(stored) // 2])
    said = burrow("show", rich, ALL_KINDS, "--json")
    assert said.code == 1
    assert said.json["session"]["faults"]
    assert burrow("show", rich, ALL_KINDS).code == 1


def test_1_case_5_lone_surrogates_and_nuls_come_through_as_utf_8(burrow: Burrow, rich: Path) -> None:
    rewrite(rich / "sessions.sqlite3", ALL_KINDS, lambda s: s.replace(b'"content":"', b'"content":"\\ud800\\u0000', 1))
    said = burrow("show", rich, ALL_KINDS, "--json")
    said.out.encode("utf-8")
    assert len(said.json["messages"]) == 14
    text = burrow("show", rich, ALL_KINDS).out
    assert "\x00" not in text


def test_1_case_7_content_commands_no_terminal(burrow: Burrow, rich: Path) -> None:
    hostile = b"\\u001b[31mred\\u001b]8;;http://x\\u0007 \\u202etxt.exe \\u009b2J"
    rewrite(rich / "sessions.sqlite3", ALL_KINDS, lambda s: s.replace(b'"content":"', b'"content":"' + hostile, 1))
    for words in ([], ["--raw"], ["--json"], ["--json", "--raw"]):
        out = burrow("show", rich, ALL_KINDS, *words).out
        assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e]", out), words
    assert "␛[31mred␛]8;;http://x␇ <U+202E>txt.exe <U+009B>2J" in burrow("show", rich, ALL_KINDS).out


def test_1_case_6_long_text_is_given_whole(burrow: Burrow, rich: Path) -> None:
    long = b"0123456789" * 200_000
    rewrite(rich / "sessions.sqlite3", ALL_KINDS, lambda s: s.replace(b'"content":"', b'"content":"' + long, 1))
    texts = [
        block.get("text", "")
        for message in burrow("show", rich, ALL_KINDS, "--json").json["messages"]
        for block in message["blocks"]
    ]
    assert max(map(len, texts)) >= len(long)
    assert long.decode() in burrow("show", rich, ALL_KINDS).out


# ------------------------------------------------------------------------------------------------- for people


def test_1_9_people_read_text_with_markdown_as_written(burrow: Burrow, rich: Path) -> None:
    golden = (Path(__file__).parent / "show_all_kinds.txt").read_text("utf-8")
    assert burrow("show", rich, ALL_KINDS).out == golden


def test_1_9_raw_for_people_is_the_stored_json_under_each_rule(burrow: Burrow, rich: Path) -> None:
    raw = [message["raw"] for message in burrow("show", rich, ALL_KINDS, "--json", "--raw").json["messages"]]
    text = burrow("show", rich, ALL_KINDS, "--raw").out
    assert [line for line in text.splitlines() if line.startswith("{")] == raw


def test_1_case_6_of_a_message_with_very_many_blocks_the_rest_is_named(burrow: Burrow, rich: Path) -> None:
    blocks = ",".join(f'{{"type":"text","text":"part {number}"}}' for number in range(10_000))
    old = b'"content":[{"type":"text","text":"first part"},{"type":"text","text":"second part"}]'
    rewrite(rich / "sessions.sqlite3", ALL_KINDS, lambda s: s.replace(old, f'"content":[{blocks}]'.encode()))
    text = burrow("show", rich, ALL_KINDS).out
    assert "[9,800 further blocks are not shown; --raw prints the whole message]" in text
    message = burrow("show", rich, ALL_KINDS, "--json", "--raw").json["messages"][3]
    assert message["block_count"] == 10_000
    assert "part 9999" in message["raw"]


def test_1_case_3_a_session_that_changes_while_it_is_read_ends_with_a_sentence_and_valid_json(
    start_burrow: Callable[..., Any], rich: Path
) -> None:
    """The command waits for its reader; meanwhile an agent writes the transcript anew."""
    process = start_burrow("show", rich, LONG_SESSION, "--json", "--raw")
    wait_until_it_waits(process.stdout)
    rewrite(rich / "sessions.sqlite3", LONG_SESSION, lambda stored: stored.replace(b'"content":"', b'"content":"!'))
    document = json.loads(process.stdout.read())
    assert process.stderr.read().count(b"\n") == 1
    assert process.wait(60) == 1
    assert [fault["code"] for fault in document["faults"]] == ["session-changed"]
    assert f"The messages from {len(document['messages'])} on are missing." in document["faults"][0]["sentence"]
    assert not any('"content":"!' in message["raw"] for message in document["messages"])


def wait_until_it_waits(stream: IO[bytes]) -> None:
    """Wait until a pipe is filled as far as its writer goes: nothing has been added for half a second."""
    held, still = array("i", [0]), 0
    while still < 10:
        before = held[0]
        fcntl.ioctl(stream, termios.FIONREAD, held)
        still = still + 1 if held[0] == before > 32768 else 0
        time.sleep(0.05)
