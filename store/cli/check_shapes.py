"""The JSON shape of `burrow doctor`: a contract with other programs, as those of the other commands."""

from __future__ import annotations

from store.cli.json_shapes import Shape, fault_shape, kind_word
from store.values.checks import Finding, Severity, SizeBreakdown, StoreCheck, Tally
from store.values.store import StoreFacts


def check_shape(facts: StoreFacts, check: StoreCheck | None) -> Shape:
    """One store that was checked.

    Args:
        facts: of the store.
        check: what was found; None of a path that could not be opened, whose faults say why.
    """
    return {
        "path": facts.key.path,
        "kind": kind_word(facts.kind),
        "generation": facts.generation,
        "access": facts.access.value if facts.access is not None else None,
        "session_count": facts.session_count,
        "checks": [_tally_shape(tally) for tally in check.tallies] if check is not None else [],
        "findings": [finding_shape(finding) for finding in check.findings] if check is not None else [],
        "store": facts.file_name,
        "checked": check.checked if check is not None else None,
        "total": check.total if check is not None else None,
        "counts": _counts_shape(check) if check is not None else None,
        "sizes": sizes_shape(check.sizes) if check is not None and check.sizes is not None else None,
        "faults": [{**fault_shape(fault), "advice": facts.advice or None} for fault in facts.faults],
    }


def _tally_shape(tally: Tally) -> Shape:
    return {
        "name": tally.name.value,
        "passed": tally.passed,
        "failed": tally.failed,
        "not_applicable": tally.not_applicable,
    }


def finding_shape(finding: Finding) -> Shape:
    """One finding."""
    return {
        "severity": finding.severity.value,
        "session": finding.session_id,
        "code": finding.code,
        "sentence": finding.sentence,
    }


def _counts_shape(check: StoreCheck) -> Shape:
    """How many findings of each severity there are, those too that are too many to be listed."""
    return {severity.value: check.counts.get(severity, 0) for severity in Severity}


def sizes_shape(sizes: SizeBreakdown) -> Shape:
    """Where the bytes go."""
    return {
        "total_bytes": sizes.total_bytes,
        "is_estimate": sizes.is_estimate,
        "parts": [
            {"part": part.part.value, "size_bytes": part.size_bytes, "count": part.count} for part in sizes.parts
        ],
    }
