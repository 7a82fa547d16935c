"""Short ways to say how a check ended, and how digests and counts are written in its sentence."""

from __future__ import annotations

from store.meerkat.naming import shown
from store.values.checks import CheckName, CheckResult, Outcome

SHORT_DIGITS = 8
MAX_SENTENCE_CHARS = 600
MAX_VALUE_CHARS = 300


def passed(name: CheckName, sentence: str, total: int | None = None) -> CheckResult:
    """Everything that was looked at agrees.

    Args:
        total: how many things that were, where they are counted.
    """
    return CheckResult(name, Outcome.PASSED, shown(sentence, MAX_SENTENCE_CHARS), agreeing=total, total=total)


def failed(
    name: CheckName,
    sentence: str,
    expected: object = "",
    found: object = "",
    agreeing: int | None = None,
    total: int | None = None,
) -> CheckResult:
    """Something does not agree."""
    return CheckResult(
        name, Outcome.FAILED, shown(sentence, MAX_SENTENCE_CHARS), _text(expected), _text(found), agreeing, total
    )


def not_applicable(name: CheckName, reason: str) -> CheckResult:
    """There is nothing to compare, or no way to know; `reason` is a sentence."""
    return CheckResult(name, Outcome.NOT_APPLICABLE, reason)


def short(digest: str) -> str:
    """The first digits of a digest or token, for a sentence."""
    return digest.rpartition(":")[2][:SHORT_DIGITS]


def _text(value: object) -> str:
    return f"{value:,}" if type(value) is int else shown(str(value), MAX_VALUE_CHARS)
