"""Invariant: `burrow doctor` gives programs exactly the fields of the contract, people what they can act upon."""

from __future__ import annotations

import json
import os
import pty
import re
import shutil
import signal
import sqlite3
import subprocess
from collections.abc import Callable
from contextlib import AbstractContextManager, closing
from pathlib import Path
from typing import Any

from store.cli.doctor_command import SHOWN_SESSIONS
from store.cli.visible import width_of
from store.values.checks import CheckName

Burrow = Callable[..., Any]
CopySample = Callable[[str], Path]
Start = Callable[..., subprocess.Popen[bytes]]

STORE_FIELDS = [
    *("path", "kind", "generation", "access", "session_count", "checks", "findings"),
    *("store", "checked", "total", "counts", "sizes", "faults"),
]
STOPPED = "01a1fd3e-a7ef-7302-ad38-85e1f47c1359"


# ------------------------------------------------------------------------------------------------- for programs


def test_3_5_json_is_the_contract_field_by_field(
    burrow: Burrow, copy_old: CopySample, untouched: Callable[[Path], AbstractContextManager[None]]
) -> None:
    realm = copy_old("meerkat/realm-0.6.24-rkat") / "realm"
    with untouched(realm):
        said = burrow("doctor", realm, "--json")
    assert (said.code, said.err) == (0, "")
    (store,) = said.json["stores"]
    assert list(store) == STORE_FIELDS
    assert {key: store[key] for key in STORE_FIELDS if key not in ("checks", "findings", "sizes")} == {
        "path": str(realm / "sessions.sqlite3"),
        "kind": "meerkat",
        "generation": "S-0.6",
        "access": "unchanged-file",
        "session_count": 11,
        "store": "sessions.sqlite3",
        "checked": 11,
        "total": 11,
        "counts": {"error": 0, "warning": 7, "info": 6},
        "faults": [],
    }
    assert [check["name"] for check in store["checks"]] == [name.value for name in CheckName]
    assert {"name": "document", "passed": 11, "failed": 0, "not_applicable": 0} in store["checks"]
    assert {
        "severity": "warning",
        "session": STOPPED,
        "code": "session-stopped",
        "sentence": "The runtime stopped this session after a turn whose result could not be saved: it is listed and"
        " shown, and Meerkat refuses every resume (“Runtime not ready: stopped”).",
    } in store["findings"]
    assert list(store["sizes"]) == ["total_bytes", "is_estimate", "parts"]
    assert store["sizes"]["total_bytes"] == sum(part["size_bytes"] for part in store["sizes"]["parts"])
    assert {"part": "current-messages", "size_bytes": 141134, "count": 67} in store["sizes"]["parts"]


def test_3_5_an_error_is_1_and_warnings_are_0(burrow: Burrow, copy_old: CopySample) -> None:
    assert burrow("doctor", copy_old("meerkat/realm-0.6.24-rkat")).code == 0
    assert burrow("doctor", copy_old("meerkat/realm-0.6.34-rkat")).code == 1


def test_3_5_a_folder_of_realms_and_several_paths_are_checked_one_after_the_other(
    burrow: Burrow, copy_old: CopySample
) -> None:
    folder = copy_old("meerkat/realm-0.7.28")
    other = copy_old("meerkat/realm-0.8.10")
    said = burrow("doctor", folder, other, folder, "--json")
    assert [(Path(store["path"]).parent.name, store["checked"]) for store in said.json["stores"]] == [
        ("attempted-turn", 1),
        ("bootstrap-only", 0),
        ("realm-0.8.10", 1),
    ]


def test_3_5_what_cannot_be_opened_says_why_and_the_rest_is_checked(
    burrow: Burrow, copy_old: CopySample, tmp_path: Path
) -> None:
    (tmp_path / "notes.txt").write_text("no store")
    realm = copy_old("meerkat/realm-0.8.10")
    said = burrow("doctor", tmp_path / "notes.txt", realm, "--json")
    assert (said.code, said.err.count("\n")) == (1, 1)
    refused, checked = said.json["stores"]
    assert list(refused) == STORE_FIELDS
    assert [fault["code"] for fault in refused["faults"]] == ["not-a-store"]
    assert (refused["checks"], refused["counts"], refused["checked"]) == ([], None, None)
    assert checked["counts"] == {"error": 0, "warning": 0, "info": 0}
    assert burrow("doctor", tmp_path / "notes.txt").code == 2


def test_3_5_without_a_path_the_usual_places_are_checked(
    burrow: Burrow, copy_old: CopySample, tmp_path: Path, monkeypatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert burrow("doctor").code == 0
    assert "Write: burrow doctor PATH" in burrow("doctor").err
    project = tmp_path / "project"
    shutil.copytree(copy_old("meerkat/realm-0.8.10"), project / ".rkat" / "realms" / "mine")
    monkeypatch.chdir(project)
    (store,) = burrow("doctor", "--json").json["stores"]
    assert store["checked"] == 1


# ---------------------------------------------------------------------------------------------------- for people


def test_3_5_people_read_what_was_checked_what_was_found_and_how_large_it_is(
    burrow: Burrow, copy_old: CopySample
) -> None:
    folder = copy_old("meerkat/realm-0.6.24-rkat")
    golden = (Path(__file__).parent / "doctor_rkat.txt").read_text("utf-8")
    assert burrow("doctor", folder).out.replace(str(folder), "…") == golden


def test_3_5_a_finding_of_very_many_sessions_names_the_first_of_them(burrow: Burrow, copy_old: CopySample) -> None:
    realm = copy_old("meerkat/realm-0.6.24-rich") / "atlas"
    with closing(sqlite3.connect(realm / "sessions.sqlite3")) as database, database:
        stopped = "SELECT 'rt:session:' || session_id, '\"stopped\"' FROM sessions"
        database.execute(f"INSERT OR REPLACE INTO runtime_states {stopped}")
    lines = burrow("doctor", realm).out.splitlines()
    begin = lines.index("  session-stopped") + 2
    assert all(re.fullmatch(r" {4}[0-9a-f-]{36}", line) for line in lines[begin : begin + SHOWN_SESSIONS])
    assert lines[begin + SHOWN_SESSIONS] == "    and 46 more; --json names all"


def test_3_5_what_a_store_says_commands_no_terminal(burrow: Burrow, copy_old: CopySample) -> None:
    realm = copy_old("meerkat/realm-0.6.24-rkat") / "realm"
    hostile = "x\x1b]0;y\x07\u202e\x9b31m"
    with closing(sqlite3.connect(realm / "sessions.sqlite3")) as database, database:
        database.execute("INSERT INTO runtime_session_snapshots VALUES (?, '{}')", (f"rt:session:{hostile}",))
    shutil.copy(next((realm / ".rkat" / "events").glob("*.jsonl")), realm / ".rkat" / "events" / f"{hostile}.jsonl")
    for words in ([], ["--json"]):
        said = burrow("doctor", realm, *words)
        assert "snapshot-without-session" in said.out
        assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e]", said.out)


# ---------------------------------------------------------------------------------------------------- on a terminal


def read_all(descriptor: int) -> str:
    out = b""
    try:
        while piece := os.read(descriptor, 65536):
            out += piece
    except OSError:
        pass  # the other end was closed
    os.close(descriptor)
    return out.decode("utf-8").replace("\r\n", "\n")


def test_3_5_on_a_terminal_sentences_fit_its_width_and_grave_ones_are_coloured(
    start_burrow: Start, copy_old: CopySample
) -> None:
    ours, theirs = pty.openpty()
    folder = copy_old("meerkat/realm-0.6.34-rkat")
    environment = {"TERM": "xterm", "COLUMNS": "72", "NO_COLOR": ""}
    process = start_burrow("doctor", folder, stdout=theirs, env=environment)
    os.close(theirs)
    text = read_all(ours)
    process.communicate(timeout=60)
    assert "\x1b[31mErrors (1)\x1b[0m" in text
    plain = re.sub(r"\x1b\[[0-9;]*m", "", text)
    assert max(width_of(line) for line in plain.splitlines() if str(folder) not in line) <= 72


def test_3_5_how_far_it_is_stands_on_standard_error_and_ctrl_c_is_130(
    start_burrow: Start, copy_old: CopySample
) -> None:
    realm = copy_old("meerkat/realm-0.8.10")
    with closing(sqlite3.connect(realm / "sessions.sqlite3")) as database, database:
        for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            database.execute(f'DROP TRIGGER "{name}"')
        number = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20000)"
        database.execute(
            f"{number} INSERT INTO session_heads SELECT printf('01a1ffff-0000-7000-8000-%012x', i), version, strand,"
            " head_revision, message_count, rewrite_count, total_tokens, created_at_ms, updated_at_ms, metadata_json,"
            " head_json, cas_token FROM session_heads, n"
        )
    ours, theirs = pty.openpty()
    process = start_burrow("doctor", realm, "--json", stderr=theirs, env={"TERM": "xterm"})
    os.close(theirs)
    seen = ""
    while "Checking sessions: " not in seen:
        seen += os.read(ours, 4096).decode("utf-8", "replace")
    process.send_signal(signal.SIGINT)
    rest = read_all(ours)
    assert process.wait(60) == 130
    assert re.search(r"Checking sessions: [0-9,]+ of 20,001 sessions", seen)
    assert (seen + rest).endswith("\r\x1b[K")
    assert process.stdout is not None
    assert process.stdout.read() == b""


def test_3_5_the_command_is_in_the_help(burrow: Burrow) -> None:
    assert "doctor" in burrow("--help").out
    assert burrow("doctor", "--help").out.startswith("usage: burrow doctor [PATH …] [--json]")
    assert burrow("doctor", "").code == 2
    assert json.dumps(burrow("doctor", "--nothing").code) == "2"
