"""Looks at stores in a process of its own: `looker.py SCRATCH USER PATH …`, one line of JSON for each path.

USER is a user id to become first, or `-`. So rights are tried as a user has them, also where the tests run as root, and
a trace of the process holds nothing but looking.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[3]))

from store.cancel import CancelToken
from store.errors import BurrowError
from store.opening import Looking, remove_leftovers


def look(path: Path, scratch: Path) -> dict[str, object]:
    try:
        with Looking(path, scratch) as looking:
            looking.has_changed()
            total = looking.read(lambda c: c.execute("SELECT sum(balance) FROM accounts").fetchone(), CancelToken())
            looking.refresh(CancelToken())
            return {"access": looking.access.value, "sum": total[0]}
    except BurrowError as error:
        return {"code": error.code, "sentence": error.sentence, "advice": error.advice}


if __name__ == "__main__":
    if sys.argv[2] != "-" and os.geteuid() == 0:
        os.setgroups([])
        os.setgid(int(sys.argv[2]))
        os.setuid(int(sys.argv[2]))
    for name in sys.argv[3:]:
        print(json.dumps(look(Path(name), Path(sys.argv[1]))), flush=True)
    remove_leftovers(Path(sys.argv[1]))
