"""Which releases a store is written for, told from what they leave behind."""

from __future__ import annotations

import pytest

from store.values.changes import Action, LabelEdit, RefusalCode
from tests.store.meerkat.outside.conftest import ENQUIRY, HARBOUR, OpenRealm
from tests.store.meerkat.outside.realm import Realm


@pytest.mark.parametrize(
    ("name", "family"),
    [
        ("realm-0.6.24-rich/atlas", "Meerkat 0.6"),
        ("realm-0.6.24-rkat/realm", "Meerkat 0.6"),
        ("realm-0.6.24-rkat-rewritten/realm", "Meerkat 0.6"),
        ("realm-0.6.34-rkat/realm", "Meerkat 0.6"),
        ("realm-0.7.5/attempted-turn", "Meerkat 0.7"),
        ("realm-0.7.24-rkat/realm", "Meerkat 0.7"),
    ],
)
def test_l6_the_family_of_each_real_realm_is_known(open_realm: OpenRealm, name: str, family: str) -> None:
    realm = open_realm(name)
    plan = realm.plan(Action.ARCHIVE, realm.ids())
    assert plan.family == family
    assert plan.family_reason.endswith(".")


@pytest.mark.parametrize(
    ("statement", "trace"),
    [
        ("CREATE TABLE runtime_projection_quarantine (runtime_id TEXT PRIMARY KEY)", "runtime_projection_quarantine"),
        (
            'UPDATE runtime_states SET runtime_state_json = CAST(\'{"runtime_state":"idle"}\' AS BLOB)'
            f" WHERE runtime_id = 'rt:session:{ENQUIRY}'",
            "objects",
        ),
        (
            'UPDATE sessions SET metadata_json = \'{"session_lifecycle_terminal":"active"}\''
            f" WHERE session_id = '{ENQUIRY}'",
            "session_lifecycle_terminal",
        ),
        (
            'UPDATE sessions SET session_json = CAST(replace(CAST(session_json AS TEXT), \'"role":"user",\','
            f' \'"role":"user","identity":{{"run_id":"x"}},\') AS BLOB) WHERE session_id = \'{ENQUIRY}\'',
            "identity",
        ),
    ],
)
def test_l6_any_trace_of_0_7_makes_the_whole_store_one_of_it(rkat: Realm, statement: str, trace: str) -> None:
    rkat.run(statement)
    plan = rkat.plan(Action.ARCHIVE, [HARBOUR])
    assert plan.family == "Meerkat 0.7"
    assert trace in plan.family_reason
    assert [row.table for row in plan.sessions[0].rows] == ["runtime_states"]


def test_l6_a_text_that_speaks_of_such_traces_is_none(rkat: Realm) -> None:
    label = LabelEdit((("note", '"identity":{"run_id":1},"session_lifecycle_terminal":'),))
    rkat.change(Action.LABEL, [HARBOUR], label)
    assert rkat.plan(Action.ARCHIVE, [HARBOUR]).family == "Meerkat 0.6"
    assert rkat.refusal(Action.LABEL, HARBOUR, label) is RefusalCode.ALREADY_SO
