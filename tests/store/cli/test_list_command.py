"""Invariant: `burrow list` gives programs exactly the fields of the contract and people a table that lines up."""

from __future__ import annotations

import json
import random
import re
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import AbstractContextManager, closing
from pathlib import Path
from typing import Any

import pytest

from store.cli.figures import rfc3339
from store.cli.visible import width_of

Burrow = Callable[..., Any]
CopySample = Callable[[str], Path]
STORES = Path(__file__).resolve().parents[2] / "data" / "stores" / "meerkat"

SESSION_FIELDS = [
    *("path", "kind", "id", "title", "title_from", "state", "running", "model", "provider", "message_count"),
    *("input_tokens", "output_tokens", "total_tokens", "created_at", "updated_at", "size_bytes", "labels", "faults"),
    *("hidden", "has_note"),
]


@pytest.fixture
def rich(copy_old: CopySample) -> Path:
    return copy_old("meerkat/realm-0.6.24-rich") / "atlas"


@pytest.fixture
def expected() -> dict[str, Any]:
    return json.loads((STORES / "realm-0.6.24-rich" / "expected.json").read_text("utf-8"))


def ids(said: Any) -> list[str]:
    return [session["id"] for session in said.json["sessions"]]


# ------------------------------------------------------------------------------------------------- for programs


def test_1_9_json_says_of_each_session_what_the_published_code_says(
    burrow: Burrow, rich: Path, expected: dict[str, Any], untouched: Callable[[Path], AbstractContextManager[None]]
) -> None:
    with untouched(rich):
        said = burrow("list", rich, "--json")
    assert said.err == ""
    listed = {session["id"]: session for session in said.json["sessions"]}
    assert set(listed) == {session["id"] for session in expected["sessions"]}
    for one in expected["sessions"]:
        session = listed[one["id"]]
        assert list(session) == SESSION_FIELDS
        assert session["message_count"] == one["message_count"]
        assert session["total_tokens"] == one["total_tokens"]
        assert session["created_at"] == rfc3339(one["created_at_ms"])
        assert session["updated_at"] == rfc3339(one["updated_at_ms"])
        assert session["model"] == one["model"]
        assert session["labels"] == (one["labels"] or {})


def test_1_9_json_says_how_the_store_is_read(burrow: Burrow, rich: Path) -> None:
    said = burrow("list", rich, "--json", "--limit", "1")
    (store,) = said.json["stores"]
    assert store["why"]
    del store["why"]
    assert store == {
        "store": "sessions.sqlite3",
        "path": str(rich / "sessions.sqlite3"),
        "kind": "meerkat",
        "generation": "S-0.6",
        "access": "unchanged-file",
        "writable": True,
        "session_count": 66,
        "fault_count": 0,
        "faults": [],
    }


def test_1_9_the_newest_comes_first_then_by_id(burrow: Burrow, rich: Path, expected: dict[str, Any]) -> None:
    ordered = sorted(expected["sessions"], key=lambda session: (-session["updated_at_ms"], session["id"]))
    assert ids(burrow("list", rich, "--json")) == [session["id"] for session in ordered]


@pytest.mark.parametrize("field", [field for field in SESSION_FIELDS if field not in ("labels", "faults")])
@pytest.mark.parametrize("sign", ["", "-"])
def test_1_9_any_field_sorts_either_way(burrow: Burrow, rich: Path, field: str, sign: str) -> None:
    sessions = burrow("list", rich, "--json", "--sort", sign + field).json["sessions"]
    values = [session[field] for session in sessions if session[field] is not None]
    comparable = [value.casefold() if isinstance(value, str) else value for value in values]
    assert comparable == sorted(comparable, reverse=sign == "-")
    assert len(sessions) == 66
    same = [session["id"] for session in sessions if session[field] == sessions[0][field]]
    assert same == sorted(same)


def test_1_9_limit_and_offset_cut_the_ordered_list(burrow: Burrow, rich: Path) -> None:
    whole = ids(burrow("list", rich, "--json", "--sort", "title"))
    assert ids(burrow("list", rich, "--json", "--sort", "title", "--offset", "10", "--limit", "5")) == whole[10:15]
    assert ids(burrow("list", rich, "--json", "--limit", "0")) == []
    assert ids(burrow("list", rich, "--json", "--offset", "1000")) == []


def test_1_9_json_lines_are_the_same_sessions_one_a_line(burrow: Burrow, rich: Path) -> None:
    lines = burrow("list", rich, "--json-lines").out.splitlines()
    assert [json.loads(line) for line in lines] == burrow("list", rich, "--json").json["sessions"]


@pytest.mark.parametrize("order", [[], ["--sort", "-id"], ["--sort", "total_tokens"], ["--sort", "-title"]])
def test_1_9_several_stores_are_one_list(burrow: Burrow, rich: Path, copy_sample: CopySample, order: list[str]) -> None:
    other = copy_sample("meerkat/realm-0.6.24-rkat")
    said = burrow("list", rich, other, rich / "sessions.sqlite3", "--json", *order)
    assert len(said.json["stores"]) == 2
    sessions = said.json["sessions"]
    assert len(sessions) == sum(store["session_count"] for store in said.json["stores"])
    field = order[1] if order else "-updated_at"
    values = [session[field.lstrip("-")] for session in sessions]
    comparable = [value.casefold() if isinstance(value, str) else value for value in values]
    assert comparable == sorted(comparable, reverse=field.startswith("-"))
    begin = burrow("list", rich, other, "--json", "--offset", "3", "--limit", "7", *order)
    assert begin.json["sessions"] == sessions[3:10]


def test_1_case_1_the_newest_commit_that_lies_in_the_log_only_is_listed(
    burrow: Burrow, copy_sample: CopySample, untouched: Callable[[Path], AbstractContextManager[None]]
) -> None:
    folder = copy_sample("meerkat/realm-0.6.24-live-wal")
    with untouched(folder):
        said = burrow("list", folder, "--json")
    newest = json.loads((folder / "expected.json").read_text("utf-8"))["only_in_wal"]
    counts = {session["id"]: session["message_count"] for session in said.json["sessions"]}
    assert counts[newest["session"]] == newest["message_count_with_wal"]
    assert said.json["stores"][0]["access"] == "snapshot"


# ------------------------------------------------------------------------------------------------- faults


def test_1_case_5_a_damaged_row_is_a_row_and_stops_no_other(burrow: Burrow, rich: Path) -> None:
    with closing(sqlite3.connect(rich / "sessions.sqlite3")) as database, database:
        (damaged,) = database.execute("SELECT session_id FROM sessions ORDER BY session_id LIMIT 1").fetchone()
        for table, column, key in (
            ("sessions", "session_json", damaged),
            ("runtime_session_snapshots", "session_snapshot", f"rt:session:{damaged}"),
        ):
            name = "session_id" if table == "sessions" else "runtime_id"
            database.execute(f"UPDATE {table} SET {column} = ? WHERE {name} = ?", (b'{"id": \xff\x00 NaN', key))
        database.execute("UPDATE sessions SET metadata_json = '{' WHERE session_id = ?", (damaged,))
    said = burrow("list", rich, "--json")
    sessions = {session["id"]: session for session in said.json["sessions"]}
    assert said.code == 1
    assert len(sessions) == 66
    assert sessions[damaged]["state"] == "damaged"
    assert sessions[damaged]["faults"]
    assert all(fault["code"] and fault["sentence"] for fault in sessions[damaged]["faults"])
    assert said.json["stores"][0]["fault_count"] == sum(len(session["faults"]) for session in sessions.values())
    table = burrow("list", rich).out
    assert re.search(rf"{damaged}.*damaged", table)


def test_1_case_2_a_path_that_cannot_be_opened_is_a_store_with_its_fault(burrow: Burrow, tmp_path: Path) -> None:
    said = burrow("list", tmp_path / "missing", "--json")
    assert said.code == 2
    assert said.json["sessions"] == []
    (store,) = said.json["stores"]
    assert store["path"] == str(tmp_path / "missing")
    assert [fault["code"] for fault in store["faults"]] == ["missing"]
    assert said.err.count("\n") == 1


def test_1_9_when_some_paths_open_the_code_is_1(burrow: Burrow, rich: Path, tmp_path: Path) -> None:
    said = burrow("list", tmp_path / "missing", rich, "--json", "--limit", "1")
    assert said.code == 1
    assert len(said.json["sessions"]) == 1
    assert [store["fault_count"] for store in said.json["stores"]] == [1, 0]


def test_1_case_2_each_thing_that_is_no_store_is_one_sentence_and_exit_2(burrow: Burrow, tmp_path: Path) -> None:
    folder = tmp_path / "things"
    folder.mkdir()
    (folder / "empty.db").write_bytes(b"")
    (folder / "notes.txt").write_text("Meeting notes.\n")
    (folder / "picture.png").write_bytes(bytes.fromhex("89504e470d0a1a0a0000000d49484452") * 20)
    (folder / "cipher.db").write_bytes(random.Random(1).randbytes(8192))
    (folder / "folder").mkdir()
    with closing(sqlite3.connect(folder / "foreign.db")) as database:
        database.execute("CREATE TABLE songs (title TEXT)")
    for name in ("empty.db", "notes.txt", "picture.png", "cipher.db", "folder", "foreign.db", "missing"):
        for words in (("list", folder / name), ("show", folder / name, "01")):
            said = burrow(*words)
            assert said.code == 2
            assert said.out == ""
            (line,) = said.err.splitlines()
            assert re.fullmatch(rf"burrow: {re.escape(str(folder / name))}: [^.]+\w.*\. .+[.]", line), line


# ------------------------------------------------------------------------------------------------- for people


def test_1_9_people_read_a_table(burrow: Burrow, copy_old: CopySample) -> None:
    folder = copy_old("meerkat/realm-0.6.24-rkat")
    golden = (Path(__file__).parent / "list_rkat.txt").read_text("utf-8")
    assert burrow("list", folder).out.replace(str(folder), "…") == golden


def test_1_case_8_a_table_with_hard_titles_lines_up(burrow: Burrow, rich: Path) -> None:
    head, *rows = burrow("list", rich).out.splitlines()[3:]
    assert len(rows) == 66
    assert len({width_of(row) for row in rows}) == 1, head


def test_1_case_7_what_a_title_says_commands_no_terminal(burrow: Burrow, rich: Path) -> None:
    for words in (["--json"], []):
        assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e]", burrow("list", rich, *words).out)


def test_1_9_an_empty_store_is_no_fault(burrow: Burrow, copy_sample: CopySample) -> None:
    folder = copy_sample("meerkat/realm-0.7.5") / "bootstrap-only"
    said = burrow("list", folder)
    assert said.code == 0
    assert "0 sessions" in said.out
    assert burrow("list", folder, "--json").json["sessions"] == []


def test_opening_a_folder_of_many_realms_lists_them_all(burrow: Burrow, rich: Path, tmp_path: Path) -> None:
    for number in range(5):
        shutil.copytree(rich, tmp_path / "realms" / f"r{number}")
    said = burrow("list", tmp_path / "realms", "--json", "--limit", "10")
    assert len(said.json["stores"]) == 5
    assert len({session["path"] for session in said.json["sessions"]}) == 5


def test_2_1_without_a_path_the_stores_at_the_usual_places_are_listed(
    burrow: Burrow, rich: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data, project = tmp_path / "data", tmp_path / "project"
    shutil.copytree(rich, data / "meerkat" / "realms" / "atlas")
    shutil.copytree(rich, project / ".rkat" / "realms" / "atlas")
    (project / "src").mkdir()
    monkeypatch.setenv("XDG_DATA_HOME", str(data))
    monkeypatch.chdir(project / "src")
    said = burrow("list", "--json")
    assert (said.code, said.err) == (burrow("list", rich).code, "")
    assert [store["path"] for store in said.json["stores"]] == [
        str(folder.resolve() / "atlas" / "sessions.sqlite3")
        for folder in (data / "meerkat" / "realms", project / ".rkat" / "realms")
    ]


def test_2_1_when_nothing_lies_at_the_usual_places_it_is_said_and_no_fault(
    burrow: Burrow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    monkeypatch.chdir(tmp_path)
    said = burrow("list", "--json")
    assert (said.code, said.json) == (0, {"sessions": [], "stores": []})
    assert str(tmp_path / "data" / "meerkat" / "realms") in said.err
    assert burrow("list").out == ""
