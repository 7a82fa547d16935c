"""What is lost or left over around sessions that are files, and where the bytes of such a store go.

Sources: formats/meerkat.md §1.6 (`sessions_jsonl/`), §6.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

from store.blocking import may_wait
from store.cancel import CancelToken
from store.meerkat.codec.byte_source import ByteSource
from store.meerkat.codec.strict_json import NotStrict, parse
from store.meerkat.codec.walker import Broken
from store.meerkat.details import metadata_span
from store.meerkat.documents.folder_scan import DOCUMENT_SUFFIX, SIDECAR_SUFFIX
from store.meerkat.documents.small_files import FileSource
from store.meerkat.findings import Collector, Stored, realm_findings
from store.meerkat.findings.files import look_at, plain_files
from store.meerkat.messages.document_walk import walk_document
from store.meerkat.messages.metadata import GRAPH_KEY
from store.meerkat.messages.times import system_time_ms
from store.meerkat.revisions.graph_parts import Shape
from store.meerkat.revisions.graph_reading import read_graph
from store.meerkat.store_sizes import Sums, document_sums, folder_sizes
from store.values.checks import Finding, Severity, SizeBreakdown, SizePart

MAX_TIME_BYTES = 1_000


def documents_findings(
    folder: Path, session_count: int | None, is_running: bool, token: CancelToken
) -> tuple[Finding, ...]:
    """Everything of a realm that keeps its sessions in a folder of documents.

    Args:
        folder: of the documents; the realm is around it.
    """
    may_wait("check a store")
    found = Collector()
    for entry in plain_files(folder, SIDECAR_SUFFIX, token):
        name = entry.name[: -len(SIDECAR_SUFFIX)]
        if look_at(folder / f"{name}{DOCUMENT_SUFFIX}") is None:
            found.add(
                Finding(
                    Severity.WARNING,
                    name,
                    "sidecar-without-document",
                    "A list entry (“.meta”) is left of a session whose document is not there.",
                )
            )

    def ask(session_ids: Sequence[str]) -> dict[str, Stored]:
        return {
            session_id: stored
            for session_id in session_ids
            if (stored := stored_in(folder / f"{session_id}{DOCUMENT_SUFFIX}", token)) is not None
        }

    return (
        *found.findings(),
        *realm_findings(folder.parent, ask, folder, session_count, is_running, token),
    )


def stored_in(path: Path, token: CancelToken) -> Stored | None:
    """What a document says of its session, for its event log to be held against; None where there is none."""
    may_wait("read a document")
    try:
        with closing(FileSource(path)) as source:
            return _stored_of(source, token)
    except (OSError, ValueError):
        return None


def _stored_of(source: ByteSource, token: CancelToken) -> Stored:
    try:
        walk = walk_document(source, token, whole=True)
        updated = _time(source, walk.spans.get("updated_at", (0, 0)))
        graph = metadata_span(source, walk.spans, GRAPH_KEY, token)
        if graph is None:
            return Stored(updated, frozenset())
        read = read_graph(source, graph[0], token)
    except Broken:
        return Stored()
    if read.problem is not None or read.shape is not Shape.BODIES:
        return Stored(updated)
    return Stored(updated, frozenset(commit.revision for commit in read.commits))


def _time(source: ByteSource, span: tuple[int, int]) -> int | None:
    if not 0 < span[1] - span[0] <= MAX_TIME_BYTES:
        return None
    try:
        return system_time_ms(parse(source.read(span[0], span[1] - span[0]))[1])
    except NotStrict:
        return None


def documents_sizes(folder: Path, token: CancelToken) -> SizeBreakdown:
    """Measure a folder of documents, with the blobs and event logs of the realm around it."""
    may_wait("measure a store")
    sums = Sums.empty()
    for entry in plain_files(folder, "", token):
        token.check()
        if not entry.name.endswith(DOCUMENT_SUFFIX):
            sums.add(SizePart.REST, entry.size_bytes)
            continue
        try:
            with closing(FileSource(entry.path)) as source:
                sums.add_all(sums_of_file(source, token))
        except OSError:
            sums.add(SizePart.REST, entry.size_bytes)
    sums.add_all(folder_sizes(folder.parent, token))
    return sums.breakdown()


def document_sizes(source: ByteSource, token: CancelToken) -> SizeBreakdown:
    """Measure one document that is a store of its own."""
    may_wait("measure a document")
    return sums_of_file(source, token).breakdown()


def sums_of_file(source: ByteSource, token: CancelToken) -> Sums:
    """The parts of a document; what belongs to none of them is the rest."""
    sums = document_sums(source, token)
    sums.add(SizePart.REST, max(0, source.size_bytes - sum(sums.sizes.values())))
    return sums
