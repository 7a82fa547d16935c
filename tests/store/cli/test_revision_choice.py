"""A revision is chosen on the command line by its name, a beginning of it, or a word; others are refused in words."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from store.cli.revision_choice import choose_revision, revision_line, revision_shape
from store.cli.terminal import Surface
from store.errors import RevisionMissing
from store.values.revisions import Revision

Burrow = Callable[..., Any]

CHAIN = "019ecdba-53a1-77ad-9030-03e4437b1640"
ROTATED = "01a108a1-bbae-73c1-a5e4-86d343b5abee"


def named(digits: str, **more: Any) -> Revision:
    return Revision("sha256:" + digits.ljust(64, "0"), None, 0, 3, **more)


REVISIONS = (
    named("aa1", is_stored=False),
    named("ab1", reason="redaction", actor="me"),
    named("ab2"),
    named("c", is_head=True),
)


@pytest.mark.parametrize(
    ("wanted", "place"),
    [
        ("current", 3),
        ("head", 3),
        ("c", 3),
        ("sha256:c", 3),
        ("ab2", 2),
        ("sha256:ab1", 1),
        (REVISIONS[2].revision, 2),
        ("ab1" + "0" * 61, 1),
    ],
)
def test_s4_a_name_a_beginning_and_a_word_choose_one(wanted: str, place: int) -> None:
    assert choose_revision(REVISIONS, wanted) is REVISIONS[place]


@pytest.mark.parametrize(
    ("wanted", "sentence"),
    [
        ("ab", "Several revisions begin with 'ab': ab1000000000, ab2000000000."),
        ("f", "The session has no revision 'f'."),
        ("sha256:", "The session has no revision 'sha256:'."),
        ("", "The session has no revision ''."),
        ("aa", "The messages of revision aa1000000000 are not stored any more; only its rewrite is known."),
    ],
)
def test_s4_what_chooses_none_or_several_is_said(wanted: str, sentence: str) -> None:
    with pytest.raises(RevisionMissing) as caught:
        choose_revision(REVISIONS, wanted)
    assert caught.value.sentence == sentence


def test_s4_the_advice_names_what_there_is() -> None:
    with pytest.raises(RevisionMissing, match="Newest first there are: c00000000000, ab2000000000, ab1000000000."):
        choose_revision(REVISIONS, "f")


def test_s4_a_current_revision_without_a_name_is_chosen_by_the_word_alone() -> None:
    only = Revision(None, None, None, 2, is_head=True)
    assert choose_revision((only,), "current") is only
    with pytest.raises(RevisionMissing, match="“current” is the one that there is."):
        choose_revision((only,), "a")
    assert revision_shape(only)["revision"] is None


def test_s4_the_line_over_an_old_revision_says_that_it_is_one() -> None:
    line = revision_line(REVISIONS, REVISIONS[1], Surface())
    assert line.startswith("revision ab1000000000  not the current one  3 messages  made 1970-01-01")
    assert line.endswith("redaction by me  4 are known\n")
    assert revision_line(REVISIONS[3:], REVISIONS[3], Surface()) == ""


# ------------------------------------------------------------------------------------------------ `burrow show`


@pytest.fixture
def rich(copy_old: Callable[[str], Path]) -> Path:
    return copy_old("meerkat/realm-0.6.24-rich") / "atlas"


def test_s4_show_tells_all_revisions_and_which_is_the_current_one(burrow: Burrow, rich: Path) -> None:
    session = burrow("show", rich, CHAIN, "--json").json["session"]
    assert (session["revision_count"], session["digest_format"]) == (11, 1)
    assert session["revisions"][-1]["revision"] == session["revision"]
    assert [each["current"] for each in session["revisions"]] == [False] * 10 + [True]
    assert session["revisions"][1]["reason"] == "redaction"
    assert session["revisions"][1]["note"] == "secret in a tool result"


def test_s4_show_prints_a_retained_revision(burrow: Burrow, rich: Path) -> None:
    revisions = burrow("show", rich, CHAIN, "--json").json["session"]["revisions"]
    for revision in revisions[:3]:
        digits = revision["revision"].removeprefix("sha256:")[:10]
        shown = burrow("show", rich, CHAIN, "--revision", digits, "--json", "--raw")
        assert shown.code == 0
        assert shown.json["revision"] == revision
        assert len(shown.json["messages"]) == revision["message_count"]
        assert all(message["raw"].startswith("{") for message in shown.json["messages"])
        assert shown.json["session"]["revision"] == revisions[-1]["revision"]


def test_s4_the_current_revision_is_the_transcript_as_it_is(burrow: Burrow, rich: Path) -> None:
    plain = burrow("show", rich, CHAIN, "--json")
    assert burrow("show", rich, CHAIN, "--revision", "current", "--json").out == plain.out
    assert plain.json["revision"] is None


def test_s4_text_says_which_revision_it_is(burrow: Burrow, rich: Path) -> None:
    revisions = burrow("show", rich, CHAIN, "--json").json["session"]["revisions"]
    first, digits = revisions[0], revisions[0]["revision"].removeprefix("sha256:")
    text = burrow("show", rich, CHAIN, "--revision", digits).out
    assert f"revision {digits[:12]}  not the current one  {first['message_count']} messages" in text
    assert text != burrow("show", rich, CHAIN).out


@pytest.mark.parametrize("form", [[], ["--json"]])
def test_s4_an_unknown_revision_is_a_sentence_and_exit_2(burrow: Burrow, rich: Path, form: list[str]) -> None:
    said = burrow("show", rich, CHAIN, "--revision", "0000", *form)
    assert (said.code, said.out) == (2, "")
    assert said.err.startswith("burrow: The session has no revision '0000'. Newest first there are: ")


def test_s4_a_revision_of_strands_is_printed(burrow: Burrow, copy_old: Callable[[str], Path]) -> None:
    path = copy_old("meerkat/store-0.8.50-rotated")
    whole = burrow("show", path, ROTATED, "--json").json["session"]
    assert whole["revision_count"] == 67
    first = whole["revisions"][0]
    shown = burrow("show", path, ROTATED, "--revision", first["revision"], "--json").json
    assert len(shown["messages"]) == first["message_count"] == 3
