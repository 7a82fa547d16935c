"""What a check found, in words: names of checks, their outcomes, findings. Pure, any thread."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import tzinfo

from app.present.info import VALUE_LIMIT_CHARS, InfoRow
from app.present.one_line import one_line
from app.present.sizes import ABSENT
from app.present.summary import Sign
from app.present.times import clock_text
from store.values.checks import CheckName, CheckResult, Outcome, SessionCheck, Severity

CHECK_NAMES = {
    CheckName.DOCUMENT: "Document",
    CheckName.ROW_COUNTS: "Row counts",
    CheckName.REVISION_DIGEST: "Revision digest",
    CheckName.REVISION_GRAPH: "Rewrite chain",
    CheckName.HEAD_TOKEN: "Head and token",
    CheckName.AUTHORITY: "Authority",
    CheckName.ROW_LINEAGE: "Row lineage",
    CheckName.METADATA_CELLS: "Metadata cells",
    CheckName.COPIES: "Snapshot and projection",
    CheckName.BOUNDARY_RECEIPTS: "Boundary receipts",
    CheckName.BLOBS: "Blobs",
}
"""What people call each check."""

CHECK_MEANINGS = {
    CheckName.DOCUMENT: "Whether Meerkat reads what is stored: its JSON, its version, each of its messages.",
    CheckName.ROW_COUNTS: "Whether the rows, and the counts stored beside the session, are those of its messages.",
    CheckName.REVISION_DIGEST: "Whether the name of the revision, a SHA-256 digest, is that of the messages.",
    CheckName.REVISION_GRAPH: "Whether each recorded rewrite leads from one retained revision to the next.",
    CheckName.HEAD_TOKEN: "Whether the token that guards the head against lost updates is that of its content.",
    CheckName.AUTHORITY: "Whether what is stored is what the runtime committed last.",
    CheckName.ROW_LINEAGE: "Whether the chained digests in the head are those of the stored rows, in their order.",
    CheckName.METADATA_CELLS: "Whether the metadata values, stored one by one, are those that the head names.",
    CheckName.COPIES: "Whether both copies of the session, the runtime's and that of the list, say the same.",
    CheckName.BOUNDARY_RECEIPTS: "Whether the receipts that a runtime leaves after each run name the stored messages.",
    CheckName.BLOBS: "Whether the pictures that messages refer to are stored, and unchanged.",
}
"""What each check proves, for its tool tip."""

OUTCOME_SIGNS = {
    Outcome.PASSED: Sign("circle-check", "passed", "ok"),
    Outcome.FAILED: Sign("circle-x", "failed", "error"),
    Outcome.NOT_APPLICABLE: Sign("minus", "not applicable", "text_3"),
}
NOT_CHECKED = Sign("circle-dashed", "not checked", "text_3")
SEVERITY_SIGNS = {
    Severity.ERROR: Sign("circle-x", "Error", "error"),
    Severity.WARNING: Sign("triangle-alert", "Warning", "warn"),
    Severity.INFO: Sign("info", "Note", "text_2"),
}
SEVERITY_PLURALS = {Severity.ERROR: "Errors", Severity.WARNING: "Warnings", Severity.INFO: "Notes"}

REVISION, DIGEST_FORMAT, CAN_CHANGE = "Revision", "Digest format", "Session can take changes"

SHORT_CHARS = 160
"""What was promised and what is there are shown in the row up to this length; longer ones are cut there."""


@dataclass(frozen=True, slots=True)
class CheckLine:
    """One check of a session as its row shows it.

    Attributes:
        meaning: what it proves.
        short: beside the name: what agrees, or why there is nothing to check; of a failed one how many agree.
        outcome: at the right: "passed", "1 failed", "not applicable".
        detail: of a failed check, what does not agree; "" of all others.
        expected, found: whole; "" where that is no single value.
        spoken: all of it for screen readers and to be copied.
    """

    name: str
    meaning: str
    sign: Sign
    short: str
    outcome: str
    detail: str
    expected: str
    found: str
    spoken: str

    @property
    def is_failed(self) -> bool:
        """Whether it opens by itself."""
        return bool(self.detail)

    @property
    def is_long(self) -> bool:
        """Whether its values do not fit into the row."""
        return max(len(self.expected), len(self.found)) > SHORT_CHARS or "\n" in self.expected + self.found


def check_lines(check: SessionCheck) -> tuple[CheckLine, ...]:
    """One line for each check, in their order."""
    return tuple(_line(result) for result in check.results)


def open_lines() -> tuple[CheckLine, ...]:
    """One line for each check that is not made yet, so that nothing moves when it is."""
    return tuple(
        CheckLine(name, CHECK_MEANINGS[check], NOT_CHECKED, "", "", "", "", "", f"{name}: {NOT_CHECKED.word}")
        for check, name in CHECK_NAMES.items()
    )


def open_rows() -> tuple[InfoRow, ...]:
    """What stands below them until then: as many rows as there mostly will be."""
    return (
        InfoRow(REVISION, ABSENT, is_mono=True, is_unbroken=True),
        InfoRow(DIGEST_FORMAT, ABSENT),
        InfoRow(CAN_CHANGE, ABSENT),
    )


def failed_sentences(check: SessionCheck) -> tuple[tuple[str, str], ...]:
    """What does not agree, for each failed check: with the name of the check, and as the check says it."""
    return tuple((f"{CHECK_NAMES[result.name]}: {_sentence(result)}", result.sentence) for result in check.failed)


def further_rows(check: SessionCheck) -> tuple[InfoRow, ...]:
    """What stands below the checks: the revision, whether the session could be changed, findings."""
    rows = []
    if check.revision:
        revision = one_line(check.revision, VALUE_LIMIT_CHARS)
        rows.append(InfoRow(REVISION, revision, is_mono=True, is_unbroken=True))
    if check.digest_format is not None:
        rows.append(InfoRow(DIGEST_FORMAT, f"{check.digest_format} of the five in which Meerkat has named revisions"))
    if check.write_reason:
        word = "Yes" if check.is_writable else "No"
        rows.append(InfoRow(CAN_CHANGE, f"{word}. {one_line(check.write_reason, VALUE_LIMIT_CHARS)}"))
    said = {one_line(result.sentence, VALUE_LIMIT_CHARS) for result in check.failed}
    for finding in check.findings:
        sentence = one_line(finding.sentence, VALUE_LIMIT_CHARS)
        if sentence not in said:
            said.add(sentence)
            rows.append(InfoRow(SEVERITY_SIGNS[finding.severity].word, sentence, sign=SEVERITY_SIGNS[finding.severity]))
    return tuple(rows)


def checked_note(at_ms: int, took_ms: int, zone: tzinfo | None = None) -> str:
    """When a check was made and how long it took: "checked 11:53:22 in 84 ms"."""
    took = f"{took_ms:,} ms" if took_ms < 1000 else f"{took_ms / 1000:.1f} s"
    return f"checked {clock_text(at_ms, zone)} in {took}"


def both_text(line: CheckLine) -> str:
    """What was promised and what is there, for a window of its own."""
    return f"{line.name}\n{line.detail}\n\nExpected\n{line.expected}\n\nFound\n{line.found}\n"


def _line(result: CheckResult) -> CheckLine:
    name, meaning = CHECK_NAMES[result.name], CHECK_MEANINGS[result.name]
    sign, sentence = OUTCOME_SIGNS[result.outcome], _sentence(result)
    if result.outcome is not Outcome.FAILED:
        # Beside a name a single sentence is a phrase.
        short = sentence if ". " in sentence else sentence.removesuffix(".")
        return CheckLine(name, meaning, sign, short, sign.word, "", "", "", _spoken(name, sign.word, sentence))
    outcome, short = sign.word, ""
    if result.agreeing is not None and result.total is not None:
        outcome = f"{result.total - result.agreeing:,} failed"
        short = f"{result.agreeing:,} of {result.total:,} agree"
    pairs = (("expected", result.expected), ("found", result.found))
    values = [f"{word} {one_line(value)}" for word, value in pairs if value]
    spoken = _spoken(name, outcome, "; ".join((sentence, *values)))
    return CheckLine(name, meaning, sign, short, outcome, sentence, result.expected, result.found, spoken)


def _spoken(name: str, outcome: str, sentence: str) -> str:
    return f"{name}: {outcome}. {sentence}" if sentence else f"{name}: {outcome}"


def _sentence(result: CheckResult) -> str:
    sentence = one_line(result.sentence, VALUE_LIMIT_CHARS)
    return f"{sentence[:1].upper()}{sentence[1:]}"
