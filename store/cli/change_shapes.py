"""The JSON shapes of plans and receipts: a contract with other programs, as those of the other commands."""

from __future__ import annotations

from collections.abc import Sequence

from store.cli.figures import rfc3339
from store.cli.json_shapes import Shape
from store.values.changes import (
    Entry,
    EntryState,
    FilePlan,
    LabelEdit,
    Plan,
    Receipt,
    Refusal,
    Request,
    RowPlan,
    SessionPlan,
)


def refusal_shape(refusal: Refusal | None) -> Shape | None:
    """Why something is not done; null where it is."""
    if refusal is None:
        return None
    return {"code": refusal.code.value, "sentence": refusal.sentence, "advice": refusal.advice or None}


def request_shape(request: Request) -> Shape:
    """What was asked for."""
    shape: Shape = {"action": request.action.value}
    if isinstance(request.edit, LabelEdit):
        shape |= {"set": dict(request.edit.put), "remove": list(request.edit.removed)}
    return shape


def plan_shape(plan: Plan) -> Shape:
    """What would happen."""
    return {
        **request_shape(plan.request),
        "path": plan.store.path,
        "store": plan.store_name,
        "scope": plan.scope.value,
        "family": plan.family or None,
        "family_reason": plan.family_reason or None,
        "planned_at": rfc3339(plan.planned_at_ms),
        "effects": list(plan.effects),
        "warnings": list(plan.warnings),
        "image_bytes": plan.image_bytes,
        "store_backup_bytes": plan.store_backup_bytes,
        "possible": len(plan.possible),
        "refused": len(plan.refused),
        "sessions": [_session_shape(session) for session in plan.sessions],
    }


def _session_shape(session: SessionPlan) -> Shape:
    return {
        "id": session.session_id,
        "title": session.title,
        "rows": [_row_shape(row) for row in session.rows],
        "files": [_file_shape(file) for file in session.files],
        "revision_before": session.revision_before or None,
        "revision_after": session.revision_after or None,
        "remarks": list(session.remarks),
        "refused": refusal_shape(session.refusal),
    }


def _row_shape(row: RowPlan) -> Shape:
    return {"table": row.table, "row": row.row, "before_bytes": row.before_bytes, "after_bytes": row.after_bytes}


def _file_shape(file: FilePlan) -> Shape:
    return {"path": file.path, "before_bytes": file.before_bytes, "after_bytes": file.after_bytes}


def undo_plan_shape(receipt: Receipt, entries: Sequence[Entry]) -> Shape:
    """What taking a change back would put back.

    Args:
        entries: those of the receipt that were done.
    """
    return {
        "action": "undo",
        "undoes": receipt.receipt_id,
        "undone_action": receipt.request.action.value,
        "path": receipt.store.path,
        "store": receipt.store_name,
        "scope": receipt.scope.value,
        "possible": len(entries),
        "sessions": [
            {
                "id": entry.session_id,
                "title": entry.title,
                "row_count": entry.row_count,
                "file_count": entry.file_count,
                "before_bytes": entry.after_bytes,
                "after_bytes": entry.before_bytes,
                "revision_before": entry.revision_after or None,
                "revision_after": entry.revision_before or None,
            }
            for entry in entries
        ],
    }


def receipt_shape(receipt: Receipt) -> Shape:
    """What one change did."""
    return {
        "id": receipt.receipt_id,
        "at": rfc3339(receipt.at_ms),
        **request_shape(receipt.request),
        "path": receipt.store.path,
        "store": receipt.store_name,
        "scope": receipt.scope.value,
        "undoes": receipt.undoes or None,
        "undone_by": receipt.undone_by or None,
        "cancelled": receipt.is_cancelled,
        "counts": {state.value: receipt.counted(state) for state in EntryState},
        "undo": {
            "state": receipt.undo.value,
            "refused": refusal_shape(receipt.undo_refusal),
            "until": rfc3339(receipt.undoable_until_ms),
        },
        "image_bytes": receipt.image_bytes,
        "store_backup": receipt.store_backup or None,
        "took_ms": receipt.took_ms,
        "sessions": [_entry_shape(entry) for entry in receipt.entries],
    }


def _entry_shape(entry: Entry) -> Shape:
    return {
        "id": entry.session_id,
        "title": entry.title,
        "state": entry.state.value,
        "settled": entry.is_settled,
        "refused": refusal_shape(entry.refusal),
        "row_count": entry.row_count,
        "file_count": entry.file_count,
        "before_bytes": entry.before_bytes,
        "after_bytes": entry.after_bytes,
        "revision_before": entry.revision_before or None,
        "revision_after": entry.revision_after or None,
        "made": entry.made_id or None,
    }
