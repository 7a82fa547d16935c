"""The real Meerkat 0.6.24 as judge of what Burrow wrote.

A program around the published crates, named by BURROW_ORACLE, opens a copy of a store and says what it thinks of it.
Always a copy: opening with the real code makes missing tables and completes event logs.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

VARIABLE = "BURROW_ORACLE"
LIMIT_S = 60


@dataclass(frozen=True)
class Verdict:
    """What the real code said: whether it accepted, and why not."""

    accepted: bool
    said: str
    answer: Mapping[str, Any]


class Judge:
    """Asks the real code; each question is asked of a fresh copy of the realm."""

    def __init__(self, program: Path, scratch: Path) -> None:
        self._program, self._scratch = program, scratch
        self._asked = 0

    def verify(self, realm: Path) -> Verdict:
        """Every session loads, digests, graphs, rows, columns and the service's listing agree."""
        return self._ask("verify", realm)

    def keep_on(self, realm: Path, session_id: str) -> Verdict:
        """The guarded save and the run boundary take a further pair of messages."""
        return self._ask("continue", realm, "--session", session_id, "--text", "and then")

    def resume(self, realm: Path, session_id: str) -> Verdict:
        """The runtime takes the session up again and runs a turn."""
        return self._ask("resume", realm, "--session", session_id, "--text", "and then")

    def _ask(self, question: str, realm: Path, *arguments: str) -> Verdict:
        self._asked += 1
        copy = self._scratch / f"asked-{self._asked}"
        shutil.copytree(realm, copy)
        done = subprocess.run(
            [self._program, question, copy, *arguments],
            capture_output=True,
            text=True,
            timeout=LIMIT_S,
            check=False,
            env={**os.environ, "RUST_LOG": "off"},
        )
        shutil.rmtree(copy)
        answer = json.loads(done.stdout) if done.stdout.strip().startswith("{") else {}
        return Verdict(done.returncode == 0, f"{answer.get('error', '')} {done.stderr}".strip(), answer)

    def sessions(self, realm: Path) -> dict[str, Mapping[str, Any]]:
        """What `verify` says of each session, by id; fails the test when the store is refused as a whole."""
        verdict = self.verify(realm)
        assert verdict.accepted, verdict.answer.get("sessions", verdict.said)
        return {session["id"]: session for session in verdict.answer["sessions"]}
