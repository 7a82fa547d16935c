"""Invariant: `burrow copy` makes one new file or none, and says why (3.6)."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Burrow = Callable[..., Any]
Copy = Callable[[str], Path]


@pytest.fixture
def realm(copy_old: Copy) -> Path:
    return copy_old("meerkat/realm-0.6.24-rkat") / "realm"


@pytest.fixture
def out(tmp_path: Path) -> Path:
    (tmp_path / "out").mkdir()
    return tmp_path / "out" / "copy.sqlite3"


def test_3_6_all_sessions_of_a_realm_are_copied_and_listed_from_the_copy(
    burrow: Burrow, realm: Path, out: Path
) -> None:
    said = burrow("copy", realm, "--all", out)
    assert (said.code, said.out, said.err) == (0, f"Copied 11 sessions to {out}.\n", "")
    before, after = (burrow("list", path, "--json").json["sessions"] for path in (realm, out))
    shown = ("id", "title", "state", "model", "message_count", "total_tokens", "created_at", "updated_at", "labels")
    assert [[row[key] for key in shown] for row in after] == [[row[key] for key in shown] for row in before]


def test_3_6_one_session_is_copied_by_the_beginning_of_its_id(burrow: Burrow, realm: Path, out: Path) -> None:
    name = burrow("list", realm, "--json").json["sessions"][0]["id"]
    said = burrow("copy", realm, name[:-4], out, "--json")
    assert said.code == 0
    assert said.json == {"copied": 1, "path": str(out), "sessions": [name], "warnings": [], "refused": []}
    assert burrow("show", out, name).out == burrow("show", realm, name).out


def test_3_6_what_cannot_be_copied_is_named_with_exit_code_3_and_no_file(
    burrow: Burrow, copy_old: Copy, out: Path
) -> None:
    realm = copy_old("meerkat/realm-0.9.8-rkat") / "realm"
    said = burrow("copy", realm, "--all", out)
    assert (said.code, said.out) == (3, "")
    assert "Meerkat 0.6.24 does not read message 6" in said.err
    assert said.err.endswith("burrow: Nothing was copied: 1 session could not be copied without loss.\n")
    shape = burrow("copy", realm, "--all", out, "--json").json
    assert (shape["copied"], shape["path"], len(shape["refused"])) == (0, None, 1)
    assert shape["refused"][0].keys() == {"session", "code", "sentence"}
    assert list(out.parent.iterdir()) == []


def test_3_6_a_file_that_exists_is_refused_with_exit_code_3(burrow: Burrow, realm: Path, out: Path) -> None:
    out.write_bytes(b"mine")
    said = burrow("copy", realm, "--all", out, "--json")
    assert said.code == 3
    assert [(each["session"], each["code"]) for each in said.json["refused"]] == [(None, "copy-refused")]
    assert "already something" in said.err
    assert out.read_bytes() == b"mine"


def test_warnings_stand_on_standard_error_with_the_sessions_they_are_of(
    burrow: Burrow, copy_old: Copy, out: Path
) -> None:
    said = burrow("copy", copy_old("meerkat/realm-0.9.8-crashed") / "realm", "--all", out)
    assert said.code == 0
    assert said.out == f"Copied 2 sessions to {out}.\n"
    assert "drops at its next save." in said.err


@pytest.mark.parametrize(
    "words",
    [
        ("copy",),
        ("copy", "a"),
        ("copy", "a", "b"),
        ("copy", "--all", "a"),
        ("copy", "--all", "a", "b", "c"),
        ("copy", "a", "", "c"),
    ],
)
def test_a_command_line_without_its_three_places_is_wrong_usage(burrow: Burrow, words: tuple[str, ...]) -> None:
    said = burrow(*words)
    assert said.code == 2
    assert "Write: burrow copy PATH SESSION OUT.sqlite3" in said.err


def test_a_path_with_several_stores_is_wrong_usage_for_all_of_them(burrow: Burrow, copy_old: Copy, out: Path) -> None:
    said = burrow("copy", copy_old("meerkat/realm-0.7.28"), "--all", out)
    assert said.code == 2
    assert "2 stores lie at this path" in said.err


def test_flags_may_stand_before_between_and_behind_the_places(burrow: Burrow, realm: Path, out: Path) -> None:
    assert burrow("copy", "--all", "--json", realm, out).json["copied"] == 11
    assert burrow("copy", realm, out.with_name("second"), "--json", "--all").json["copied"] == 11
