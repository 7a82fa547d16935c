"""What the check of a whole store says, as texts for its window and for a report to take along. Pure, any thread."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import tzinfo

from app.present.check_words import (
    CHECK_MEANINGS,
    CHECK_NAMES,
    OUTCOME_SIGNS,
    SEVERITY_PLURALS,
    SEVERITY_SIGNS,
    checked_note,
)
from app.present.info import ACCESS_SIGNS, VALUE_LIMIT_CHARS
from app.present.one_line import one_line
from app.present.size_words import store_size_text
from app.present.sizes import ABSENT, counted
from app.present.summary import Sign
from store.values.checks import Finding, Outcome, Severity, StoreCheck, Tally
from store.values.store import StoreFacts

OF_STORE = "the whole store"
"""Whom a finding concerns that concerns no single session."""

_SEVERITY_NOUNS = {
    Severity.ERROR: ("error", "errors"),
    Severity.WARNING: ("warning", "warnings"),
    Severity.INFO: ("note", "notes"),
}


@dataclass(frozen=True, slots=True)
class FindingRow:
    """One finding as its row shows it.

    Attributes:
        who: title or id of the session, or OF_STORE.
        is_id: `who` is an id.
        folded: all of it in lower case, to be looked through.
    """

    finding: Finding
    sign: Sign
    who: str
    is_id: bool
    sentence: str
    folded: str

    @property
    def text(self) -> str:
        """All of it on one line, to be copied."""
        whose = OF_STORE if self.finding.session_id is None else one_line(self.finding.session_id)
        return f"{self.sign.word}  {whose}  {one_line(self.finding.code)}  {self.sentence}"


@dataclass(frozen=True, slots=True)
class TallyRow:
    """One check over all sessions: how many passed, failed, or had nothing to check; "–" for none."""

    name: str
    meaning: str
    sign: Sign
    passed: str
    failed: str
    not_applicable: str

    @property
    def spoken(self) -> str:
        """For screen readers."""
        return f"{self.name}: {self.passed} passed, {self.failed} failed, {self.not_applicable} not applicable"


def finding_row(finding: Finding, titles: Mapping[str, str]) -> FindingRow:
    """Make the texts of a finding.

    Args:
        titles: of sessions, by their ids, as far as they are known.
    """
    session_id, sentence = finding.session_id, one_line(finding.sentence, VALUE_LIMIT_CHARS)
    # A session without anything better has its id for a title.
    title = "" if session_id is None or titles.get(session_id) == session_id else one_line(titles.get(session_id, ""))
    who = OF_STORE if session_id is None else title or one_line(session_id)
    sign = SEVERITY_SIGNS[finding.severity]
    folded = f"{sign.word}\n{who}\n{session_id or ''}\n{finding.code}\n{sentence}".lower()
    return FindingRow(finding, sign, who, session_id is not None and not title, sentence, folded)


def tally_rows(tallies: Sequence[Tally]) -> tuple[TallyRow, ...]:
    """The checks that any session was asked for, in their order."""
    return tuple(
        TallyRow(
            CHECK_NAMES[tally.name],
            CHECK_MEANINGS[tally.name],
            _tally_sign(tally),
            *(f"{count:,}" if count else ABSENT for count in (tally.passed, tally.failed, tally.not_applicable)),
        )
        for tally in tallies
        if tally.passed or tally.failed or tally.not_applicable
    )


def store_line(facts: StoreFacts) -> str:
    """What the store is and how it is read: "S-0.6 · opened as an unchanged file"."""
    access = ACCESS_SIGNS[facts.access].word if facts.access is not None else "Not opened"
    words = (facts.generation or ABSENT, f"{access[0].lower()}{access[1:]}", "running" if facts.is_running else "")
    return " · ".join(word for word in words if word)


def verdict(check: StoreCheck) -> tuple[Sign, str]:
    """Whether all is well: a sign and a sentence."""
    counts = [
        counted(number, *_SEVERITY_NOUNS[severity]) for severity in Severity if (number := check.counts.get(severity))
    ]
    sessions = counted(check.checked, "session")
    grave = next((severity for severity in Severity if check.counts.get(severity)), Severity.INFO)
    if grave is Severity.INFO:
        words = f"Nothing is wrong in {sessions}" + (f"; {counts[0]}" if counts else "")
        return Sign("circle-check", words, "ok"), words
    words = f"{', '.join(counts)} in {sessions}"
    return Sign(SEVERITY_SIGNS[grave].icon, words, SEVERITY_SIGNS[grave].role), words


def severity_counts(check: StoreCheck) -> dict[Severity, int]:
    """Findings of each severity, those that were not kept too."""
    return {severity: check.counts.get(severity, 0) for severity in Severity}


def kept_note(check: StoreCheck) -> str:
    """What is to be said where there are more findings than are kept; else ""."""
    count = sum(check.counts.values())
    return f"{len(check.findings):,} of {count:,} are listed" if count > len(check.findings) else ""


def report_text(
    check: StoreCheck,
    rows: Sequence[FindingRow],
    at_ms: int,
    took_ms: int,
    zone: tzinfo | None,
    turn: Callable[[], None],
) -> str:
    """The whole check as text.

    Args:
        rows: of all findings.
        turn: called after each row, so that others have their turn.
    """
    facts = check.facts
    lines = [f"Check of {one_line(facts.name)}", one_line(facts.key.path, VALUE_LIMIT_CHARS), store_line(facts)]
    lines += [f"{verdict(check)[1]}, {checked_note(at_ms, took_ms, zone)}", ""]
    lines += [f"  {row.spoken}" for row in tally_rows(check.tallies)]
    for severity in Severity:
        of_this = [row for row in rows if row.finding.severity is severity]
        if of_this:
            lines += ["", f"{SEVERITY_PLURALS[severity]} ({check.counts.get(severity, len(of_this)):,})"]
        for row in of_this:
            lines.append(f"  {row.text}")
            turn()
    if note := kept_note(check):
        lines += ["", note]
    if check.sizes is not None:
        size = store_size_text(check.sizes, one_line(facts.name))
        lines += ["", f"Size: {size.total}"]
        lines += [f"  {part.name}: {part.size}{f' · {part.count}' if part.count else ''}" for part in size.parts]
    return "\n".join(lines) + "\n"


def report_json(shape: Mapping[str, object], turn: Callable[[], None]) -> str:
    """The whole check as the JSON that `burrow doctor --json` writes of one store.

    Args:
        shape: of the store; its findings are written one by one.
        turn: called after each finding, so that others have their turn.
    """
    fields = []
    for name, value in shape.items():
        if name == "findings" and isinstance(value, Sequence):
            each = []
            for finding in value:
                each.append(json.dumps(finding, ensure_ascii=True))
                turn()
            fields.append(f'"{name}": [' + ",\n ".join(each) + "]")
        else:
            fields.append(f'"{name}": {json.dumps(value, ensure_ascii=True)}')
    return '{"stores": [\n{' + ",\n".join(fields) + "}\n]}\n"


def _tally_sign(tally: Tally) -> Sign:
    if tally.failed:
        return OUTCOME_SIGNS[Outcome.FAILED]
    return OUTCOME_SIGNS[Outcome.PASSED if tally.passed else Outcome.NOT_APPLICABLE]
