"""A Burrow that dies, or meets another one: `changer.py OWN REALM`, told on its input what to do.

The first line of its input is JSON: `ids`, `action`, `receipt` (to be undone; "" for a plan), `checkpoint` or `event`
with `count`: where it kills itself. With neither it lives, and prints the receipt's states. With `is_waiting` it says
"planned" and waits for a further line before it applies; with `file_limit_bytes` no file may grow beyond that then.
"""

from __future__ import annotations

import json
import os
import resource
import signal
import sys
from pathlib import Path
from typing import Any

from store import Guarded, Library, OwnPaths
from store.cancel import CancelToken
from store.own import Annotations
from store.values.changes import Action, LabelEdit, Request
from store.values.store import SessionKey

TOKEN = CancelToken()


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


class Death:
    """Kills the process at the n-th of its kind."""

    def __init__(self, told: dict[str, Any], folder: Path) -> None:
        self.told, self.folder, self.left = told, str(folder), int(told.get("count", 1))

    def at_checkpoint(self, checkpoint: str) -> None:
        if checkpoint == self.told.get("checkpoint"):
            self.count_down()

    def at_event(self, event: str, arguments: tuple[Any, ...]) -> None:
        if event == self.told.get("event") and str(arguments[0]).startswith(self.folder):
            self.count_down()

    def count_down(self) -> None:
        self.left -= 1
        if self.left == 0:
            die()


def main() -> None:
    own, realm = Path(sys.argv[1]), Path(sys.argv[2])
    told = json.loads(sys.stdin.readline())
    paths = OwnPaths.under(own)
    library = Library(paths)
    (facts,) = library.open(realm, TOKEN)
    death = Death(told, realm / ".rkat")
    if told.get("event"):
        sys.addaudithook(death.at_event)
    guarded = Guarded(library, Annotations(paths), paths, checkpoints=death.at_checkpoint)
    limit = told.get("file_limit_bytes")
    if told.get("receipt"):
        receipt = guarded.undo(told["receipt"], TOKEN)
    else:
        edit = LabelEdit((("by", told.get("name", "")),)) if told["action"] == "label" else None
        keys = [SessionKey(facts.key, one) for one in told["ids"]]
        (plan,) = guarded.plan(Request(Action(told["action"]), edit), keys, TOKEN)
        if told.get("is_waiting"):
            print("planned", flush=True)
            sys.stdin.readline()
        if limit is not None:
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, (limit, resource.RLIM_INFINITY))
        receipt = guarded.apply(plan, TOKEN)
    states = [[entry.state, entry.refusal.code if entry.refusal else ""] for entry in receipt.entries]
    print(json.dumps(states), flush=True)


if __name__ == "__main__":
    main()
