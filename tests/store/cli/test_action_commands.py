"""Invariant: what the command line changes is planned, asked, done through the one door, told and undone (4.7)."""

from __future__ import annotations

import io
import json
import os
import pty
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing
from pathlib import Path
from typing import Any

import pytest

from store.cancel import CancelToken
from store.cli.action_arguments import ActionArguments, Manner
from store.cli.action_commands import Changing, change_sessions
from store.cli.running import Output, run_interruptibly
from store.cli.terminal import Surface
from store.guarded import Checkpoint, Guarded
from store.library import Library
from store.own import Annotations
from store.paths import OwnPaths
from store.values.changes import Action

Burrow = Callable[..., Any]
Start = Callable[..., "subprocess.Popen[bytes]"]
Untouched = Callable[[Path], AbstractContextManager[None]]


@pytest.fixture
def atlas(copy_old: Callable[[str], Path]) -> Path:
    return copy_old("meerkat/realm-0.6.24-rich") / "atlas"


def rows(burrow: Burrow, store: Path) -> dict[str, Any]:
    return {row["id"]: row for row in burrow("list", store, "--json").json["sessions"]}


def of_state(burrow: Burrow, store: Path, state: str) -> list[str]:
    return [name for name, row in rows(burrow, store).items() if row["state"] == state]


def dump(store: Path) -> list[str]:
    """Everything that a database holds, as text."""
    with closing(sqlite3.connect(f"file:{store / 'sessions.sqlite3'}?mode=ro", uri=True)) as connection:
        return list(connection.iterdump())


def test_4_7_archive_and_restore_move_a_session_and_say_so(burrow: Burrow, atlas: Path) -> None:
    name = of_state(burrow, atlas, "active")[0]
    said = burrow("archive", atlas, name[:-2], "--yes")
    assert (said.code, said.err) == (0, "")
    assert said.out.startswith("Archive 1 session  in atlas\n")
    assert "\nArchived 1 session.\n" in said.out
    assert f"sessions {name}: " in said.out
    assert rows(burrow, atlas)[name]["state"] == "archived"
    assert burrow("restore", atlas, name, "--yes").code == 0
    assert rows(burrow, atlas)[name]["state"] == "active"


def test_4_7_programs_get_the_plan_and_the_receipt_in_one_document(burrow: Burrow, atlas: Path) -> None:
    first, second = of_state(burrow, atlas, "active")[:2]
    said = burrow("archive", atlas, first, second, first, "--yes", "--json")
    assert (said.code, said.err, set(said.json)) == (0, "", {"plan", "receipt"})
    plan, receipt = said.json["plan"], said.json["receipt"]
    assert (plan["action"], plan["scope"], plan["possible"], plan["refused"]) == ("archive", "store", 2, 0)
    assert [one["id"] for one in plan["sessions"]] == [one["id"] for one in receipt["sessions"]] == [first, second]
    assert receipt["counts"] == {"done": 2, "not-done": 0, "undone": 0, "unknown": 0}
    assert receipt["undo"]["state"] == "possible"
    for planned, entry in zip(plan["sessions"], receipt["sessions"], strict=True):
        assert len(planned["rows"]) == entry["row_count"]
        assert sum(row["after_bytes"] or 0 for row in planned["rows"]) == entry["after_bytes"]
    assert burrow("changes", "--json").json["changes"] == [receipt]


@pytest.mark.parametrize("word", ["archive", "label", "restore", "delete"])
def test_4_7_a_dry_run_prints_the_plan_and_touches_nothing(
    burrow: Burrow, atlas: Path, untouched: Untouched, tmp_path: Path, word: str
) -> None:
    name = of_state(burrow, atlas, "active" if word in ("archive", "label") else "archived")[0]
    more = ("--set", "area=ledger") if word == "label" else ()
    with untouched(atlas):
        said = burrow(word, atlas, name, *more, "--dry-run", "--json")
        assert (said.code, set(said.json)) == (0, {"plan"})
        assert burrow(word, atlas, name, *more, "--dry-run").out.startswith(word.capitalize())
    assert not (tmp_path / "own" / "changes.sqlite3").exists()
    assert not (tmp_path / "own" / "annotations.sqlite3").exists()


def test_4_7_what_is_refused_is_code_3_and_names_the_reason(burrow: Burrow, atlas: Path, untouched: Untouched) -> None:
    name = of_state(burrow, atlas, "archived")[0]
    with untouched(atlas):
        said = burrow("archive", atlas, name, "--yes", "--json")
        assert said.code == 3
        assert (said.json["refused"]["code"], "receipt" in said.json) == ("already-so", False)
        assert said.err == f"burrow: Nothing was changed: {said.json['refused']['sentence']}\n"
        active = of_state(burrow, atlas, "active")[0]
        assert burrow("delete", atlas, active, "--yes", "--json").json["refused"]["code"] == "not-archived"


def test_4_7_where_some_are_refused_the_others_are_done_and_the_code_is_3(burrow: Burrow, atlas: Path) -> None:
    active, archived = of_state(burrow, atlas, "active")[0], of_state(burrow, atlas, "archived")[0]
    said = burrow("archive", atlas, archived, active, "--yes", "--json")
    assert said.code == 3
    assert [one["state"] for one in said.json["receipt"]["sessions"]] == ["not-done", "done"]
    assert "burrow: 1 of 2 refused: " in said.err
    assert rows(burrow, atlas)[active]["state"] == "archived"


def test_4_7_labels_are_set_and_taken_away(burrow: Burrow, atlas: Path) -> None:
    name = of_state(burrow, atlas, "active")[0]
    before = rows(burrow, atlas)[name]["labels"]
    assert burrow("label", atlas, name, "--set", "area=ledger", "--set", "x=1", "--yes").code == 0
    assert rows(burrow, atlas)[name]["labels"] == before | {"area": "ledger", "x": "1"}
    assert burrow("label", atlas, name, "--remove", "x", "--yes").code == 0
    assert rows(burrow, atlas)[name]["labels"] == before | {"area": "ledger"}


def test_4_3_labels_of_a_store_that_may_not_be_written_are_our_own(
    burrow: Burrow, copy_old: Callable[[str], Path], untouched: Untouched
) -> None:
    store = copy_old("meerkat/realm-0.9.8-rkat") / "realm"
    name = next(iter(rows(burrow, store)))
    with untouched(store):
        said = burrow("label", store, name, "--set", "mine=yes", "--yes", "--json")
        assert (said.code, said.json["plan"]["scope"]) == (0, "own")
        assert rows(burrow, store)[name]["labels"]["mine"] == "yes"
        assert burrow("archive", store, name, "--yes", "--json").json["refused"]["code"] == "generation"
        assert burrow("undo", said.json["receipt"]["id"], "--yes").code == 0
        assert "mine" not in rows(burrow, store)[name]["labels"]


def test_4_7_a_deletion_is_undone_whole(burrow: Burrow, atlas: Path) -> None:
    names = of_state(burrow, atlas, "archived")[:3]
    before, listed = dump(atlas), rows(burrow, atlas)
    said = burrow("delete", atlas, *names, "--yes", "--json")
    assert said.code == 0
    assert set(rows(burrow, atlas)) == set(listed) - set(names)
    undone = burrow("undo", said.json["receipt"]["id"], "--yes", "--json")
    assert (undone.code, undone.json["receipt"]["undoes"]) == (0, said.json["receipt"]["id"])
    assert undone.json["plan"]["possible"] == 3
    assert sorted(dump(atlas)) == sorted(before)
    (first, second) = burrow("changes", "--json").json["changes"]
    assert (second["undone_by"], second["undo"]["state"]) == (first["id"], "undone")


def test_4_7_an_undo_is_refused_when_there_is_nothing_to_take_back(burrow: Burrow, atlas: Path) -> None:
    name = of_state(burrow, atlas, "active")[0]
    receipt = burrow("archive", atlas, name, "--yes", "--json").json["receipt"]["id"]
    assert burrow("undo", receipt, "--yes").code == 0
    again = burrow("undo", receipt, "--yes", "--json")
    assert (again.code, again.json["refused"]["code"]) == (3, "already-so")
    assert "Nothing was changed" in again.err


def test_4_7_an_undo_is_refused_when_the_session_has_moved_on(burrow: Burrow, atlas: Path) -> None:
    name = of_state(burrow, atlas, "active")[0]
    receipt = burrow("archive", atlas, name, "--yes", "--json").json["receipt"]["id"]
    with closing(sqlite3.connect(atlas / "sessions.sqlite3")) as connection, connection:
        connection.execute("UPDATE sessions SET updated_at_ms = updated_at_ms + 1 WHERE session_id = ?", (name,))
    after = dump(atlas)
    said = burrow("undo", receipt, "--yes", "--json")
    assert (said.code, said.json["refused"]["code"]) == (3, "moved-on")
    assert dump(atlas) == after


@pytest.mark.parametrize("words", [("undo", "0123"), ("undo", "0123", "--dry-run", "--json")])
def test_4_7_a_receipt_that_is_not_there_is_code_2(burrow: Burrow, words: tuple[str, ...]) -> None:
    said = burrow(*words, *([] if "--dry-run" in words else ["--yes"]))
    assert (said.code, said.out) == (2, "")
    assert said.err.startswith("burrow: There is no receipt of this name.")


def test_4_7_changes_says_when_there_are_none_and_makes_nothing(burrow: Burrow, tmp_path: Path) -> None:
    assert burrow("changes").out == "Nothing was changed yet.\n"
    assert burrow("changes", "--json").json == {"changes": []}
    assert not (tmp_path / "own" / "changes.sqlite3").exists()


def test_4_7_changes_are_newest_first_and_limited(burrow: Burrow, atlas: Path) -> None:
    for name in of_state(burrow, atlas, "active")[:2]:
        burrow("archive", atlas, name, "--yes")
    lines = burrow("changes").out.splitlines()
    assert [line.split()[0] for line in lines] == ["When", *(line[:10] for line in lines[1:])]
    assert all("Archived 1 session" in line and line.endswith("possible") for line in lines[1:])
    assert len(burrow("changes", "--limit", "1", "--json").json["changes"]) == 1


# ------------------------------------------------------------------------------------------------------ questions


def test_4_7_without_a_terminal_and_without_yes_nothing_is_opened(
    burrow: Burrow, atlas: Path, untouched: Untouched
) -> None:
    name = of_state(burrow, atlas, "active")[0]
    with untouched(atlas):
        said = burrow("archive", atlas, name)
    assert (said.code, said.out) == (2, "")
    assert said.err == (
        "burrow: Nothing was changed: there is no terminal to ask on. Write --yes to change it, or --dry-run to look.\n"
    )


@pytest.fixture
def asked(start_burrow: Start) -> Iterator[Callable[..., tuple[int, str, str]]]:
    """Run a command at a terminal, where one line is typed; gives exit code, standard output, what the terminal saw."""
    ends: list[int] = []

    def run(typed: str, *words: object) -> tuple[int, str, str]:
        here, there = pty.openpty()
        ends.append(here)
        process = start_burrow(*words, stdin=there, stderr=there)
        os.close(there)
        os.write(here, typed.encode())
        out, _ = process.communicate(timeout=60)
        seen = b""
        while True:
            try:
                seen += os.read(here, 4096)
            except OSError:  # the other end is closed
                return process.returncode, out.decode(), seen.decode()

    yield run
    for end in ends:
        os.close(end)


def test_4_7_a_person_is_asked_and_yes_does_it(burrow: Burrow, atlas: Path, asked: Callable[..., Any]) -> None:
    name = of_state(burrow, atlas, "active")[0]
    code, out, seen = asked("y\n", "archive", atlas, name)
    assert (code, "Archived 1 session." in out) == (0, True)
    assert "Archive 1 session? [y/N] " in seen


@pytest.mark.parametrize(
    ("word", "state", "typed", "is_done"),
    [
        ("archive", "active", "\n", False), ("archive", "active", "\x04", False),
        ("delete", "archived", "y\n", False), ("delete", "archived", "1\n", False), ("delete", "archived", "2\n", True),
    ],
)  # fmt: skip
def test_4_7_only_a_yes_does_it_and_a_deletion_needs_the_number(
    burrow: Burrow, atlas: Path, asked: Callable[..., Any], word: str, state: str, typed: str, is_done: bool
) -> None:
    names, before = of_state(burrow, atlas, state)[:2], dump(atlas)
    code, out, seen = asked(typed, word, atlas, *names, "--json")
    assert code == (0 if is_done else 3), seen
    assert (dump(atlas) == before) is not is_done
    if not is_done:
        assert json.loads(out)["refused"]["code"] == "not-confirmed"
        assert "Nothing was changed: nobody said yes." in seen


# -------------------------------------------------------------------------------------------------------- stopping


def test_4_7_ctrl_c_stops_between_two_sessions_with_a_receipt_and_130(
    burrow: Burrow, atlas: Path, tmp_path: Path
) -> None:
    """(4-case-7) exactly those that are named as done are archived."""
    names = of_state(burrow, atlas, "active")[:8]
    own = OwnPaths.under(tmp_path / "own")
    passed: list[Checkpoint] = []

    def interrupt(checkpoint: Checkpoint) -> None:
        passed.append(checkpoint)
        if passed.count(Checkpoint.INTENDED) == 3 and checkpoint is Checkpoint.INTENDED:
            os.kill(os.getpid(), signal.SIGINT)

    library = Library(own)
    arguments = ActionArguments(Action.ARCHIVE, atlas, tuple(names), None, Manner(is_confirmed=True, is_json=True))

    def work(token: CancelToken, output: Output) -> int:
        guarded = Guarded(library, Annotations(own), own, checkpoints=interrupt)
        return change_sessions(arguments, Changing(guarded, library, Surface(), token, output))

    out, err = io.StringIO(), io.StringIO()
    try:
        assert run_interruptibly(work, out, err) == 130
    finally:
        library.close_all()
    receipt = json.loads(out.getvalue())["receipt"]
    done = [one["id"] for one in receipt["sessions"] if one["state"] == "done"]
    assert receipt["cancelled"]
    assert 3 <= len(done) < len(names)
    assert err.getvalue() == f"burrow: Stopped: {len(names) - len(done)} sessions not changed.\n"
    archived = set(of_state(burrow, atlas, "archived"))
    assert archived & set(names) == set(done)


DYING = """
import os, sys
from pathlib import Path
from store.cancel import CancelToken
from store.guarded import Checkpoint, Guarded
from store.library import Library
from store.own import Annotations
from store.paths import OwnPaths
from store.values.changes import Action, Request
from store.values.store import SessionKey

def die(checkpoint):
    if checkpoint is Checkpoint(sys.argv[4]):
        os._exit(9)

own, token = OwnPaths.under(Path(sys.argv[1])), CancelToken()
library = Library(own)
(facts,) = library.open(Path(sys.argv[2]), token)
guarded = Guarded(library, Annotations(own), own, checkpoints=die)
(plan,) = guarded.plan(Request(Action.ARCHIVE), [SessionKey(facts.key, sys.argv[3])], token)
guarded.apply(plan, token)
"""


@pytest.mark.parametrize(("where", "count"), [("intended", 0), ("committed", 1)])
def test_4_7_changes_tells_the_truth_about_a_change_that_was_cut_off(
    burrow: Burrow, atlas: Path, tmp_path: Path, repo_root: Path, where: str, count: int
) -> None:
    """(4-case-1) killed before its commit nothing was done; behind it the change was."""
    name = of_state(burrow, atlas, "active")[0]
    words = [sys.executable, "-c", DYING, str(tmp_path / "own"), str(atlas), name, where]
    assert subprocess.run(words, cwd=repo_root, check=False).returncode == 9
    said = burrow("changes", "--json")
    (receipt,) = said.json["changes"]
    assert receipt["counts"]["done"] == count
    assert receipt["sessions"][0]["settled"]
    assert "was cut off; now it is known: " in said.err
    assert (rows(burrow, atlas)[name]["state"] == "archived") is bool(count)
    assert burrow("changes").err == ""
