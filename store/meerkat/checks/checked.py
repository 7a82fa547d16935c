"""What was proved of one session so far, and how it becomes an answer."""

from __future__ import annotations

from dataclasses import dataclass, field

from store.cancel import CancelToken
from store.meerkat.checks.blob_files import BlobFiles
from store.meerkat.checks.results import failed, not_applicable
from store.meerkat.shapes.digests import DigestFormat
from store.values.checks import CheckName, CheckResult, Finding, Outcome, SessionCheck, Severity

CODES = {
    CheckName.DOCUMENT: "refused-document",
    CheckName.ROW_COUNTS: "wrong-counts",
    CheckName.REVISION_DIGEST: "digest-mismatch",
    CheckName.REVISION_GRAPH: "unsound-graph",
    CheckName.HEAD_TOKEN: "token-mismatch",
    CheckName.AUTHORITY: "authority-mismatch",
    CheckName.ROW_LINEAGE: "lineage-mismatch",
    CheckName.METADATA_CELLS: "cells-mismatch",
    CheckName.COPIES: "copies-differ",
    CheckName.BOUNDARY_RECEIPTS: "receipt-mismatch",
    CheckName.BLOBS: "bad-blob",
}
"""Codes of findings that failed checks are."""

_BLOCKING = (
    CheckName.DOCUMENT,
    CheckName.COPIES,
    CheckName.REVISION_GRAPH,
    CheckName.REVISION_DIGEST,
    CheckName.ROW_COUNTS,
)
"""Failed checks after which nothing is written, the gravest first (formats/meerkat.md §3.10)."""


@dataclass(slots=True)
class Checked:
    """One session while it is checked.

    Attributes:
        results: of the checks that are done; the rest need files, or do not apply.
        codes_of_warnings: of checks whose failure is no error, by the code of the finding that then warns.
        obstacle: why the session could not take a change, beside failed checks; "" if nothing speaks against it.
        blob_ids, inline_count: pictures of the messages, to be looked for when the database is let go.
    """

    session_id: str
    results: dict[CheckName, CheckResult] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)
    digest_format: int | None = None
    revision: str | None = None
    codes_of_warnings: dict[CheckName, str] = field(default_factory=dict)
    obstacle: str = ""
    blob_ids: set[str] = field(default_factory=set)
    inline_count: int = 0

    def take(self, result: CheckResult) -> None:
        """Note how a check ended."""
        self.results[result.name] = result

    def name(self, revision: str | None, form: DigestFormat | None) -> None:
        """Note what the transcript is called, and in which format; None for what cannot be told."""
        self.revision = revision
        self.digest_format = int(form) if form is not None else None

    def leave_out(self, reason: str, *names: CheckName) -> None:
        """Note of checks that they do not apply."""
        for name in names:
            self.take(not_applicable(name, reason))

    def answer(self, blobs: BlobFiles, is_writable: bool, write_reason: str, token: CancelToken) -> SessionCheck:
        """Look at the blobs and put the answer together.

        Args:
            is_writable, write_reason: of the store.
        """
        if CheckName.BLOBS not in self.results:
            self.take(blobs.check(self.blob_ids, self.inline_count, token))
        results = tuple(self.results[name] for name in CheckName)
        broken = [result for result in results if result.outcome is Outcome.FAILED]
        failures = [self._finding(result) for result in broken]
        reason = self._reason() or ("" if is_writable else write_reason)
        return SessionCheck(
            self.session_id,
            results,
            (*failures, *self.findings),
            self.digest_format,
            self.revision,
            is_writable=is_writable and not reason,
            write_reason=reason or write_reason,
        )

    def _finding(self, result: CheckResult) -> Finding:
        """What a failed check comes to."""
        code = self.codes_of_warnings.get(result.name)
        severity = Severity.ERROR if code is None else Severity.WARNING
        return Finding(severity, self.session_id, code or CODES[result.name], result.sentence)

    def _reason(self) -> str:
        """Why this session of a store could not take a change; "" if it could."""
        for name in _BLOCKING:
            result = self.results[name]
            if result.outcome is Outcome.FAILED:
                return f"Nothing would be written to a session that is not sound: {result.sentence}"
        return self.obstacle


def unreadable(session_id: str, sentence: str) -> Checked:
    """A session of which nothing can be read: one failed check says so."""
    checked = Checked(session_id)
    checked.leave_out("The session cannot be read.", *CheckName)
    checked.take(failed(CheckName.DOCUMENT, sentence))
    return checked
