"""What a check of stored sessions found: proofs of one session, sizes, findings, and the account of a whole store."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from store.values.store import StoreFacts


class CheckName(StrEnum):
    """What is proved of a session; the value is the word of the command line. In the order in which it is shown."""

    DOCUMENT = "document"
    ROW_COUNTS = "row-counts"
    REVISION_DIGEST = "revision-digest"
    REVISION_GRAPH = "revision-graph"
    HEAD_TOKEN = "head-token"
    AUTHORITY = "authority"
    ROW_LINEAGE = "row-lineage"
    METADATA_CELLS = "metadata-cells"
    COPIES = "copies"
    BOUNDARY_RECEIPTS = "boundary-receipts"
    BLOBS = "blobs"


class Outcome(StrEnum):
    """How a check ended; the value is the word of the command line."""

    PASSED = "passed"
    FAILED = "failed"
    NOT_APPLICABLE = "not-applicable"


@dataclass(frozen=True, slots=True)
class CheckResult:
    """How one check of one session ended.

    Attributes:
        sentence: what agrees, what does not, or why there is nothing to check; one line.
        expected, found: of a failed check, what was promised and what is there; "" where that is no single value.
        agreeing, total: of a check of several things (receipts, blobs, bodies) how many agree; None of a single one.
    """

    name: CheckName
    outcome: Outcome
    sentence: str
    expected: str = ""
    found: str = ""
    agreeing: int | None = None
    total: int | None = None


class Severity(StrEnum):
    """How grave a finding is; the value is the word of the command line."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that a person should know about a store.

    Attributes:
        session_id: None when it concerns no single session, or one that has no row.
        code: short and stable, lower case with hyphens.
        sentence: what is the matter, complete and ready to be shown; says nothing of what is secret.
    """

    severity: Severity
    session_id: str | None
    code: str
    sentence: str


class SizePart(StrEnum):
    """Where bytes of a session or a store go, in the order in which they are shown."""

    MESSAGES = "current-messages"
    REVISIONS = "retained-revisions"
    METADATA = "metadata"
    SNAPSHOT = "snapshot-copy"
    BLOBS = "blobs"
    EVENTS = "events"
    REST = "rest"


@dataclass(frozen=True, slots=True)
class PartSize:
    """One part of a size.

    Attributes:
        size_bytes: stored bytes.
        count: of messages, revisions, keys, copies, files or lines, whichever the part has; None if not counted.
    """

    part: SizePart
    size_bytes: int
    count: int | None = None


@dataclass(frozen=True, slots=True)
class SizeBreakdown:
    """Where the bytes of a session or a store go.

    Attributes:
        parts: each part once, in the order of SizePart; parts without bytes are left out.
        is_estimate: some parts were told from columns and beginnings, not measured.
    """

    parts: tuple[PartSize, ...]
    is_estimate: bool = False

    @property
    def total_bytes(self) -> int:
        """All parts together."""
        return sum(part.size_bytes for part in self.parts)


@dataclass(frozen=True, slots=True)
class SessionCheck:
    """Everything that was checked of one session.

    Attributes:
        results: one of each CheckName, in its order; what its generation does not know is not applicable.
        findings: what is lost, behind or ahead; failed checks among them.
        digest_format: 1 to 5, the one by which its revisions are named; None when none or several fit.
        revision: of the transcript as it is shown; None where it is ambiguous.
        is_writable: whether this session, as it was found, could take a change.
        write_reason: one sentence that gives the reason.
    """

    session_id: str
    results: tuple[CheckResult, ...]
    findings: tuple[Finding, ...] = ()
    digest_format: int | None = None
    revision: str | None = None
    is_writable: bool = False
    write_reason: str = ""

    @property
    def failed(self) -> tuple[CheckResult, ...]:
        """The checks that failed."""
        return tuple(result for result in self.results if result.outcome is Outcome.FAILED)


@dataclass(frozen=True, slots=True)
class Tally:
    """How often one check passed, failed, or did not apply, over the sessions of a store."""

    name: CheckName
    passed: int = 0
    failed: int = 0
    not_applicable: int = 0


@dataclass(frozen=True, slots=True)
class StoreCheck:
    """The account of a store.

    Attributes:
        facts: as it was opened.
        checked, total: sessions that were checked, and all.
        tallies: one for each CheckName, in its order.
        findings: errors first, then warnings, then information; at most MAX_FINDINGS.
        counts: findings of each severity, those beyond MAX_FINDINGS too.
        sizes: of the whole store; None until measured.
    """

    facts: StoreFacts
    checked: int
    total: int
    tallies: tuple[Tally, ...]
    findings: tuple[Finding, ...] = ()
    counts: dict[Severity, int] = field(default_factory=dict)
    sizes: SizeBreakdown | None = None

    @property
    def has_errors(self) -> bool:
        """Whether anything is wrong, beyond what is only worth knowing."""
        return self.counts.get(Severity.ERROR, 0) > 0


MAX_FINDINGS = 10_000
"""More findings of one store are counted and not kept."""
