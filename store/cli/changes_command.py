"""`burrow changes`: what was changed, newest first, and whether it can be taken back."""

from __future__ import annotations

from store.cli.action_arguments import ChangesArguments, Manner
from store.cli.action_commands import Changing, settle
from store.cli.change_shapes import receipt_shape
from store.cli.exit_code import ExitCode
from store.cli.json_shapes import encoded
from store.cli.receipt_text import receipts_text


def list_changes(arguments: ChangesArguments, with_: Changing) -> int:
    """Write the receipts, after what was cut off is settled: they say what is so now.

    Returns:
        0.
    """
    settle(with_, Manner())
    output, surface = with_.output, with_.surface
    receipts = with_.guarded.changes(with_.token, arguments.limit)
    if not arguments.is_json:
        output.say(receipts_text(receipts, surface))
        return ExitCode.WELL
    output.say('{"changes": [')
    lead = "\n"
    for receipt in receipts:
        output.say(lead + encoded(receipt_shape(receipt)))
        lead = ",\n"
    output.say("]}\n")
    return ExitCode.WELL
