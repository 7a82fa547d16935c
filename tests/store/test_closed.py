"""Stores that are read only say why in their plans, and refuse everything else."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from store.cancel import CancelToken
from store.changing import Image, ImageState
from store.errors import ChangeRefused
from store.meerkat import MEERKAT
from store.values.changes import Action, LabelEdit, RefusalCode, Request, Scope
from store.values.session import SortOrder


@pytest.mark.parametrize("name", ["realm-0.6.24-rkat-jsonl/realm/sessions_jsonl", "v0_8_8_slim_session.json"])
def test_4_5_documents_are_read_only_and_the_plan_says_why(
    copy_sample: Callable[[str], Path], tmp_path: Path, name: str
) -> None:
    backend, token = MEERKAT.open(copy_sample(f"meerkat/{name}"), tmp_path, CancelToken()), CancelToken()
    (handle, *_) = backend.ids(SortOrder(), token).handles
    session_id = backend.summaries([handle], token)[0].key.session_id
    changing = backend.changing()
    plan = changing.plan(Request(Action.ARCHIVE), [session_id], token)
    assert (plan.possible, plan.family) == ((), "")
    assert [one.refusal.code for one in plan.refused if one.refusal] == [RefusalCode.GENERATION]
    assert plan.family_reason == backend.facts(token).write_reason
    labels = changing.plan(Request(Action.LABEL, LabelEdit((("a", "b"),))), [session_id], token)
    assert (labels.scope, len(labels.possible)) == (Scope.OWN, 1)
    with pytest.raises(ChangeRefused), changing.writing(token):
        pass
    image = Image(())
    with pytest.raises(ChangeRefused):
        changing.finish(image, token)
    assert changing.compare(image, token) is ImageState.NEITHER
    assert changing.undo_refusal(session_id, plan.request, image, token) is not None
    backend.close()
