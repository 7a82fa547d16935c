"""`burrow archive`, `restore`, `delete`, `label`, `undo`: planned, shown, confirmed, done, and said what was done."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from store.cancel import CancelToken
from store.cli import change_words, figures
from store.cli.action_arguments import ActionArguments, Manner, UndoArguments
from store.cli.change_shapes import plan_shape, receipt_shape, refusal_shape, undo_plan_shape
from store.cli.exit_code import ExitCode
from store.cli.json_shapes import Shape, encoded
from store.cli.opened import complain_of, open_paths, the_open
from store.cli.plan_text import plan_text, refusal_line, undo_text
from store.cli.receipt_text import receipt_text
from store.cli.running import Output
from store.cli.session_choice import the_session
from store.cli.terminal import Surface
from store.cli.visible import visible_line
from store.errors import ChangeRefused, UsageError
from store.guarded import Guarded
from store.library import Library
from store.values.amounts import counted
from store.values.changes import Action, EntryState, Plan, Receipt, Refusal, Request
from store.values.store import SessionKey

NOT_CONFIRMED: Shape = {"code": "not-confirmed", "sentence": "Nothing was changed: nobody said yes.", "advice": None}


@dataclass(frozen=True, slots=True)
class Changing:
    """What every command that changes something works with."""

    guarded: Guarded
    library: Library
    surface: Surface
    token: CancelToken
    output: Output


def change_sessions(arguments: ActionArguments, with_: Changing) -> int:
    """Archive, restore, delete or label sessions of one store.

    Returns:
        0; 2 when the path cannot be opened; 3 when something was refused; 130 when it was stopped on the way.

    Raises:
        SessionMissing, AmbiguousSession: a beginning fits no session, or several.
        UsageError: the sessions lie in several stores, or nobody can be asked.
    """
    manner, output = arguments.manner, with_.output
    _check_can_ask(manner, output)
    settle(with_, manner)
    stores = open_paths(with_.library, (arguments.path,), with_.token)
    complain_of(stores, output)
    opened = the_open(with_.library, stores)
    if not opened:
        return ExitCode.UNUSABLE
    found = [the_session(opened, beginning, with_.token) for beginning in arguments.sessions]
    keys = list(dict.fromkeys(SessionKey(store.facts.key, session_id) for store, session_id in found))
    if len({key.store for key in keys}) > 1:
        raise UsageError(
            "The sessions lie in several stores, and one store is changed at a time.", "Write the path of one store."
        )
    request = Request(arguments.action, arguments.edit)
    (plan,) = with_.guarded.plan(request, keys, with_.token)
    shape: Shape = {"plan": plan_shape(plan)}
    if not manner.is_json:
        output.say(plan_text(plan, with_.surface))
    if not plan.possible:
        return _refuse(_refusal_of(plan), shape, manner, output)
    if manner.is_dry_run:
        _say_json(shape, manner, output)
        return ExitCode.REFUSED if plan.refused else ExitCode.WELL
    if not _is_confirmed(plan, manner, output):
        return _refuse(NOT_CONFIRMED, shape, manner, output)
    stop = CancelToken()
    with output.stopping(stop):
        receipt = with_.guarded.apply(plan, with_.token, stop)
        return _say_receipt(receipt, shape, manner, with_)


def undo_change(arguments: UndoArguments, with_: Changing) -> int:
    """Take a change back.

    Returns:
        0; 3 when it was refused, also since its store cannot be opened; 130 when it was stopped on the way.

    Raises:
        ReceiptMissing, ReceiptAmbiguous: the beginning fits no receipt, or several.
        UsageError: nobody can be asked.
    """
    manner, output, guarded = arguments.manner, with_.output, with_.guarded
    _check_can_ask(manner, output)
    settle(with_, manner)
    receipt = guarded.receipt(arguments.receipt, with_.token)
    entries = [entry for entry in receipt.entries if entry.state is EntryState.DONE]
    shape: Shape = {"plan": undo_plan_shape(receipt, entries)}
    if not manner.is_json:
        output.say(undo_text(receipt, entries, with_.surface))
    refusal = guarded.undo_refusal(receipt.receipt_id, with_.token)
    if refusal is not None:
        return _refuse(_with_code(refusal), shape, manner, output)
    if manner.is_dry_run:
        _say_json(shape, manner, output)
        return ExitCode.WELL
    question = f"Take it back for {counted(len(entries), 'session')}? [y/N] "
    if not manner.is_confirmed and not _is_yes(output.ask(question)):
        return _refuse(NOT_CONFIRMED, shape, manner, output)
    stop = CancelToken()
    with output.stopping(stop):
        try:
            undone = guarded.undo(receipt.receipt_id, with_.token, stop)
        except ChangeRefused as error:
            return _refuse(_with_code(error.refusal), shape, manner, output)
        return _say_receipt(undone, shape, manner, with_)


def settle(with_: Changing, manner: Manner) -> None:
    """Decide what became of changes that were cut off, before anything else is changed, and say so."""
    if manner.is_dry_run:
        return
    for receipt in with_.guarded.settle(with_.token):
        unknown = receipt.counted(EntryState.UNKNOWN)
        rest = f" Of {counted(unknown, 'session')} it is not known whether it was changed." if unknown else ""
        with_.output.complain(
            f"burrow: A change of {figures.local_time(receipt.at_ms)} was cut off; now it is known: "
            f"{change_words.done(receipt)}.{rest} Receipt {receipt.receipt_id}."
        )


def _check_can_ask(manner: Manner, output: Output) -> None:
    """Refuse before anything is opened what would end at a question that nobody answers. Raises UsageError."""
    if not (manner.is_dry_run or manner.is_confirmed or output.can_ask):
        raise UsageError(
            "Nothing was changed: there is no terminal to ask on.", "Write --yes to change it, or --dry-run to look."
        )


def _is_confirmed(plan: Plan, manner: Manner, output: Output) -> bool:
    """Ask a person, if nobody said yes already; what cannot be put back by hand needs more than a key."""
    if manner.is_confirmed:
        return True
    count = len(plan.possible)
    asked = change_words.asked(plan.request, count)
    if plan.request.action is Action.DELETE:
        return output.ask(f"{asked}? Type the number of sessions to confirm: ") in (str(count), f"{count:,}")
    return _is_yes(output.ask(f"{asked}? [y/N] "))


def _is_yes(answer: str) -> bool:
    return answer.casefold() in ("y", "yes")


def _refusal_of(plan: Plan) -> Shape:
    """Why nothing of a plan is possible: the one reason, or the first of several."""
    refusals = [session.refusal for session in plan.refused if session.refusal is not None]
    if not refusals:
        return {"code": "nothing-asked", "sentence": "There is nothing to do.", "advice": None}
    if len(plan.refused) == 1 or len({refusal.sentence for refusal in refusals}) == 1:
        return _with_code(refusals[0])
    sentence = f"None of {counted(len(plan.refused), 'session')} can be changed. The first one: {refusals[0].sentence}"
    return _with_code(refusals[0]) | {"sentence": sentence}


def _with_code(refusal: Refusal) -> Shape:
    return refusal_shape(refusal) or {}


def _refuse(refused: Shape, shape: Shape, manner: Manner, output: Output) -> int:
    """Say that nothing was changed, and why."""
    _say_json({"refused": refused, **shape}, manner, output)
    if refused["code"] == NOT_CONFIRMED["code"]:
        output.complain(f"burrow: {refused['sentence']}")
    else:
        words = f"{refused['sentence']} {refused['advice'] or ''}".rstrip()
        output.complain(f"burrow: Nothing was changed: {visible_line(words)}")
    return ExitCode.REFUSED


def _say_receipt(receipt: Receipt, shape: Shape, manner: Manner, with_: Changing) -> int:
    """Say what was done."""
    refusals = [entry.refusal for entry in receipt.entries if entry.refusal is not None]
    done = receipt.counted(EntryState.DONE)
    whole = {**shape, "receipt": receipt_shape(receipt)}
    if not done and refusals:
        whole["refused"] = _with_code(refusals[0])
    _say_json(whole, manner, with_.output)
    if not manner.is_json:
        with_.output.say("\n" + receipt_text(receipt, with_.surface))
    if receipt.is_cancelled:
        left = receipt.counted(EntryState.NOT_DONE)
        with_.output.complain(f"burrow: Stopped: {counted(left, 'session')} not changed.")
        return ExitCode.INTERRUPTED
    if refusals:
        with_.output.complain(f"burrow: {len(refusals):,} of {len(receipt.entries):,} refused: {_first(refusals)}")
    return ExitCode.REFUSED if refusals else ExitCode.WELL


def _first(refusals: Sequence[Refusal]) -> str:
    return refusal_line(refusals[0])


def _say_json(shape: Shape, manner: Manner, output: Output) -> None:
    if manner.is_json:
        output.say(encoded(shape) + "\n")
