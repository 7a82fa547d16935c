"""How a request and a refusal are kept in the record of changes: as JSON, without the texts that a request holds.

Messages that were to be written are in the store afterwards, and those of before are in the image; the record keeps how
many there were.
"""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

from store.blocking import may_wait
from store.values.changes import (
    Action,
    AppendEdit,
    Edit,
    ForkEdit,
    LabelEdit,
    Refusal,
    RefusalCode,
    Request,
    RevisionEdit,
    RewriteEdit,
    Scope,
)


def request_text(request: Request) -> str:
    """A request as it is kept."""
    return json.dumps({"action": request.action, "scope": request.scope, "edit": _edit_kept(request.edit)})


def request_of(text: str) -> Request:
    """The request that was kept; of messages only their number, each of them empty."""
    may_wait("read a record of a change")
    kept = json.loads(text)
    return Request(Action(kept["action"]), _edit_of(kept["edit"]), Scope(kept["scope"]))


def refusal_text(refusal: Refusal | None) -> str | None:
    """A refusal as it is kept."""
    return None if refusal is None else json.dumps([refusal.code, refusal.sentence, refusal.advice])


def refusal_of(text: str | None) -> Refusal | None:
    """The refusal that was kept."""
    may_wait("read a record of a change")
    if text is None:
        return None
    code, sentence, advice = json.loads(text)
    return Refusal(RefusalCode(code), sentence, advice)


def _edit_kept(edit: Edit | None) -> dict[str, Any] | None:
    if isinstance(edit, AppendEdit):
        return {"kind": "append", "messages": len(edit.messages)}
    if isinstance(edit, RewriteEdit):
        return {"kind": "rewrite"} | asdict(edit) | {"replacement": len(edit.replacement)}
    if isinstance(edit, LabelEdit):
        return {"kind": "labels", "put": list(map(list, edit.put)), "removed": list(edit.removed)}
    if isinstance(edit, RevisionEdit):
        return {"kind": "revision"} | asdict(edit)
    if isinstance(edit, ForkEdit):
        return {"kind": "fork", "at": edit.at}
    return None


def _edit_of(kept: dict[str, Any] | None) -> Edit | None:
    if kept is None:
        return None
    kind, facts = kept["kind"], {name: value for name, value in kept.items() if name != "kind"}
    if kind == "append":
        return AppendEdit((b"",) * facts["messages"])
    if kind == "rewrite":
        return RewriteEdit(**facts | {"replacement": (b"",) * facts["replacement"]})
    if kind == "labels":
        return LabelEdit(tuple((name, value) for name, value in facts["put"]), tuple(facts["removed"]))
    return RevisionEdit(**facts) if kind == "revision" else ForkEdit(facts["at"])
