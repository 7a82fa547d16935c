"""Labels of chosen sessions as rows, and the change that comes of editing them (4.3)."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from app.present.label_words import LabelRow, label_edit, label_problem, label_rows
from store.values.changes import LabelEdit
from store.values.notes import Noted

SESSIONS = ((("team", "blue"), ("env", "live")), (("team", "red"),), (("team", "blue"),))


def test_4_3_labels_are_listed_with_their_values_and_how_many_sessions_have_them() -> None:
    env, team = label_rows(SESSIONS, 3)
    assert (env.name, env.shown_value, env.where) == ("env", "live", "on 1 of 3")
    assert (team.shown_value, team.where) == ("2 different values", "on all")
    assert team.tip == "team\nblue: 2 of 3\nred: 1 of 3"


def test_4_3_only_what_was_touched_is_changed() -> None:
    env, team = label_rows(SESSIONS, 3)
    assert label_edit((env, team)) == LabelEdit()
    new = LabelRow(" topic ", 3, value="parser")
    rows = (replace(env, is_removed=True), team.typed("green"), new)
    assert label_edit(rows) == LabelEdit((("team", "green"), ("topic", "parser")), ("env",))


def test_4_3_the_same_value_put_on_all_is_a_change_only_where_some_lack_it() -> None:
    env, _team = label_rows(SESSIONS, 3)
    assert env.typed("live").value == "live"
    (all_blue,) = label_rows(((("team", "blue"),),), 1)
    assert all_blue.typed("blue").value is None


def test_4_3_a_new_label_needs_a_name_of_its_own() -> None:
    rows = label_rows(SESSIONS, 3)
    assert label_problem(rows) == ""
    assert label_problem((*rows, LabelRow("", 3, value="x"))) == "A new label needs a name."
    assert label_problem((*rows, LabelRow("env", 3, value="x"))) == "“env” stands here twice."


names = st.sampled_from(["a", "b", "c"])


@given(
    sessions=st.lists(st.dictionaries(names, names), min_size=1, max_size=4),
    removed=st.sets(names),
    put=st.dictionaries(names, names),
)
def test_4_3_whatever_is_edited_every_session_ends_up_as_the_rows_say(
    sessions: list[dict[str, str]], removed: set[str], put: dict[str, str]
) -> None:
    rows = label_rows([tuple(one.items()) for one in sessions], len(sessions))
    rows = tuple(
        replace(row, is_removed=True) if row.name in removed else row.typed(put[row.name]) if row.name in put else row
        for row in rows
    )
    known = {row.name for row in rows}
    edit = label_edit((*rows, *(LabelRow(name, len(sessions), value=put[name]) for name in sorted(put.keys() - known))))
    for one in sessions:
        wanted = {name: put.get(name, value) for name, value in one.items()} | put
        wanted = {name: value for name, value in wanted.items() if name not in removed & known}
        assert dict(Noted().edited(edit).merged(tuple(one.items()))) == wanted
