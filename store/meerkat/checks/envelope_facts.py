"""What stands around the messages of a document, read as strictly as Meerkat reads it (formats/meerkat.md §2.1)."""

from __future__ import annotations

from dataclasses import dataclass, field

from store.cancel import CancelToken
from store.meerkat.codec.byte_source import ByteSource
from store.meerkat.codec.strict_json import Json, NotStrict, parse
from store.meerkat.codec.walker import Walker
from store.meerkat.messages.document_walk import DocumentWalk
from store.meerkat.messages.metadata import GRAPH_KEY
from store.meerkat.messages.times import system_time_ms
from store.meerkat.revisions.graph import judge
from store.meerkat.revisions.graph_values import GraphVerdict
from store.meerkat.shapes.digests import DigestFormat
from store.meerkat.shapes.message_shapes import USAGE
from store.meerkat.shapes.structs import U32, NotTyped, Read, uuid
from store.meerkat.shapes.typed_document import NO_USAGE, SYSTEM_TIME

MAX_SMALL_BYTES = 64 * 1024
MAX_PARSED_BYTES = 256 * 1024
"""A longer metadata value is a revision graph, which is judged message by message, or is stepped over."""

_NEEDED = ("id", "messages", "created_at", "updated_at")


@dataclass(slots=True)
class EnvelopeFacts:
    """The envelope of a document.

    Attributes:
        problem: why Meerkat refuses the document, "" if its envelope is sound.
        session_id: that it names.
        version: of its format; None where none is written.
        created_at_ms, updated_at_ms: milliseconds since 1970, as the columns beside a document have them.
        total_tokens: input and output together; 0 where no usage is written, as Meerkat has it.
    """

    problem: str = ""
    session_id: str | None = None
    version: int | None = None
    created_at_ms: int | None = None
    updated_at_ms: int | None = None
    total_tokens: int | None = None

    def refuse(self, sentence: str) -> None:
        """Note why Meerkat refuses the document; the first reason counts."""
        self.problem = self.problem or sentence


def read_envelope_facts(source: ByteSource, walk: DocumentWalk) -> EnvelopeFacts:
    """Read the envelope of a document that was walked whole, without its metadata."""
    facts = EnvelopeFacts()
    if walk.index.faults:
        facts.refuse(walk.index.faults[0].sentence)
    for key in _NEEDED:
        if key not in walk.spans:
            facts.refuse(f"The document has no “{key}”.")
    session_id, version = _typed(facts, source, walk, "id", uuid), _typed(facts, source, walk, "version", U32)
    facts.session_id = session_id if isinstance(session_id, str) else None
    facts.version = version if isinstance(version, int) else None
    facts.created_at_ms = _moment(facts, source, walk, "created_at")
    facts.updated_at_ms = _moment(facts, source, walk, "updated_at")
    usage = _typed(facts, source, walk, "usage", USAGE) if "usage" in walk.spans else NO_USAGE
    if isinstance(usage, dict):
        facts.total_tokens = int(usage["input_tokens"]) + int(usage["output_tokens"])  # type: ignore[arg-type]  # proved
    return facts


def _typed(facts: EnvelopeFacts, source: ByteSource, walk: DocumentWalk, key: str, read: Read) -> Json:
    """A member of the envelope as Meerkat reads it; None where it is absent or refused."""
    span = walk.spans.get(key)
    if span is None:
        return None
    if span[1] - span[0] > MAX_SMALL_BYTES:
        facts.refuse(f"The document's “{key}” is no value of its kind.")
        return None
    try:
        return read(parse(source.read(span[0], span[1] - span[0]))[1])
    except (NotStrict, NotTyped) as reason:
        facts.refuse(f"The document's “{key}” cannot be read: {reason}.")
        return None


def _moment(facts: EnvelopeFacts, source: ByteSource, walk: DocumentWalk, key: str) -> int | None:
    value = _typed(facts, source, walk, key, SYSTEM_TIME)
    moment = system_time_ms(value)
    if value is not None and moment is None:
        facts.refuse(f"The document's “{key}” is no time as Meerkat writes it.")
    return None if moment is None else max(0, moment)


@dataclass(slots=True)
class MetadataFacts:
    """The metadata of a document, looked at while the document is walked: nothing of it is walked twice.

    Attributes:
        formats: digest formats in which the revision graph is looked at first.
        problem: why Meerkat refuses the metadata, "" if it does not.
        verdict: on the revision graph; None where there is none.
        keys: of the metadata.
    """

    source: ByteSource
    token: CancelToken
    formats: frozenset[DigestFormat]
    problem: str = ""
    verdict: GraphVerdict | None = None
    keys: set[str] = field(default_factory=set)

    def step_over(self, walker: Walker, begin: int) -> int:
        """Look at the metadata at an offset; returns the offset after it. Raises Broken."""
        if walker.char(begin)[0] != "{":
            self.problem = "The document's “metadata” is no JSON object."
            return walker.skip(begin)
        for member in walker.members(begin):
            self.keys.add(member.key)
            if member.key == GRAPH_KEY and self.source.read(member.begin, 4) != b"null":
                self.verdict = judge(self.source, member.begin, self.token, self.formats)
                member.end = self.verdict.end or walker.skip(member.begin)
                continue
            member.end = walker.skip(member.begin)
            if member.end - member.begin <= MAX_PARSED_BYTES and not self.problem:
                self._parse(member.begin, member.end)
            self.token.take_turn()
        return walker.end_of_object

    def _parse(self, begin: int, end: int) -> None:
        try:
            parse(self.source.read(begin, end - begin))
        except NotStrict as reason:
            self.problem = f"A value of the document's metadata cannot be read: {reason}."
