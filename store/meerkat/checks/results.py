"""Short ways to say how a check ended, and how digests and counts are written in its sentence."""

from __future__ import annotations

import re

from store.values.checks import CheckName, CheckResult, Outcome

SHORT_DIGITS = 8
MAX_SENTENCE_CHARS = 600
MAX_VALUE_CHARS = 300
_UNSHOWN = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


def passed(name: CheckName, sentence: str, total: int | None = None) -> CheckResult:
    """Everything that was looked at agrees.

    Args:
        total: how many things that were, where they are counted.
    """
    return CheckResult(name, Outcome.PASSED, shown(sentence), agreeing=total, total=total)


def failed(
    name: CheckName,
    sentence: str,
    expected: object = "",
    found: object = "",
    agreeing: int | None = None,
    total: int | None = None,
) -> CheckResult:
    """Something does not agree."""
    return CheckResult(name, Outcome.FAILED, shown(sentence), _text(expected), _text(found), agreeing, total)


def not_applicable(name: CheckName, reason: str) -> CheckResult:
    """There is nothing to compare, or no way to know; `reason` is a sentence."""
    return CheckResult(name, Outcome.NOT_APPLICABLE, reason)


def short(digest: str) -> str:
    """The first digits of a digest or token, for a sentence."""
    return digest.rpartition(":")[2][:SHORT_DIGITS]


def counted(count: int, one: str, many: str = "") -> str:
    """A count with its noun: "1 message", "1,204 messages"."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def shown(text: str, limit: int = MAX_SENTENCE_CHARS) -> str:
    """A text that may hold names out of a store: one line, not long, without what could command a terminal."""
    text = _UNSHOWN.sub("\N{REPLACEMENT CHARACTER}", text[: limit + 1])
    return text if len(text) <= limit else text[: limit - 1] + "…"


def _text(value: object) -> str:
    return f"{value:,}" if type(value) is int else shown(str(value), MAX_VALUE_CHARS)
