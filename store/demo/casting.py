"""Who worked on what, and when: places the stories in the calendar and turns each into a session to be written."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from store.cancel import CancelToken
from store.demo.chance import Chance
from store.demo.history import Message, Transcript
from store.demo.rows import SYSTEM_PROMPT, consumed_input, estimate_usage, session_metadata
from store.demo.scripts import Story, read_stories, read_work
from store.demo.telling import COMPACTION_MARK, Line, Teller
from store.demo.work import Pool, expand
from store.meerkat.messages.times import message_time
from store.meerkat.writer import NewSession, RunRow

REALM_CREATED_S: Final = 1_771_405_200
"""18 February 2026, 09:00 UTC."""

LAST_DAY: Final = datetime(2026, 8, 17, tzinfo=UTC)
"""The day before the newest sessions, whose times are written in their stories."""

DAYS: Final = 180

MODELS: Final[Mapping[str, tuple[str, str]]] = {
    "opus": ("claude-opus-4-8", "anthropic"),
    "sonnet": ("claude-sonnet-4-5", "anthropic"),
    "gpt": ("gpt-5.2", "open_a_i"),
    "gpt-mini": ("gpt-5.2-mini", "open_a_i"),
    "gemini": ("gemini-3-pro", "gemini"),
    "local": ("qwen3-coder-30b", "self_hosted"),
}


def tell_all(blobs: Mapping[str, str], token: CancelToken) -> Iterator[NewSession]:
    """Tell every story, oldest sessions first.

    Args:
        blobs: blob id of each picture.
    """
    stories = list(read_stories())
    pools = read_work()
    for start, story in sorted(_calendar(stories), key=lambda entry: entry[0]):
        token.check()
        yield tell(story, start, blobs, pools)


def _calendar(stories: list[Story]) -> Iterator[tuple[datetime, Story]]:
    """Give every story its start; those without a time of their own get working hours, denser towards the end."""
    undated = sorted((story for story in stories if "at" not in story.fields), key=lambda story: _rank(story.title))
    for place, story in enumerate(undated):
        chance = Chance(f"day of {story.title}")
        back = int(DAYS * ((place + 0.3) / len(undated)) ** 1.45)
        day = LAST_DAY - timedelta(days=back)
        if day.weekday() >= 5 and chance.happens(0.9):
            day -= timedelta(days=day.weekday() - 4)
        # Two humps, one before and one after the midday break; hardly anybody works late.
        hour = chance.one_of((7, 8, 8, 9, 9, 9, 10, 10, 11, 13, 13, 14, 14, 15, 15, 16, 19))
        yield day + timedelta(hours=hour, minutes=chance.whole(0, 59), seconds=chance.whole(0, 59)), story
    for story in stories:
        if "at" in story.fields:
            chance = Chance(f"second of {story.title}")
            yield datetime.fromisoformat(story.fields["at"] + f":{chance.whole(0, 59):02}+00:00"), story


def _rank(title: str) -> int:
    return Chance(f"rank of {title}").whole(0, 1 << 40)


class _Telling:
    """One session coming to be: its clock, its transcript, its runs."""

    def __init__(self, story: Story, start: datetime, chance: Chance) -> None:
        self.story, self.chance = story, chance
        self.created_ns = int(start.timestamp()) * 1_000_000_000 + chance.whole(1_000_000, 998_000_000)
        self.now_ns = self.created_ns
        self.session_id = chance.uuid7(self.created_ns // 1_000_000)
        self.transcript = Transcript()
        self.runs: list[RunRow] = []
        self.last_compaction: int | None = None
        self._open: tuple[str, str, str, int] | None = None

    def add(self, message: Message, gap_s: float) -> None:
        """Add a message that many seconds later."""
        self.now_ns += int(gap_s * 1e9) + self.chance.whole(1, 9_999)
        self.transcript.append({**message, "created_at": message_time(self.now_ns)}, self.now_ns)

    def begin_run(self, prompt: str) -> None:
        """A person's prompt was taken in."""
        time_ms = self.now_ns // 1_000_000
        self._open = (self.chance.uuid7(time_ms), self.chance.uuid7(time_ms + 12), prompt, self.now_ns)

    def end_run(self) -> None:
        """The run that is open, if one is, has come to its end."""
        if self._open is None:
            return
        input_id, run_id, prompt, begun_ns = self._open
        self._open = None
        receipt = {
            "run_id": run_id,
            "boundary": "run_start",
            "contributing_input_ids": [input_id],
            "conversation_digest": self.transcript.digest().removeprefix("sha256:"),
            "message_count": len(self.transcript.messages),
            "sequence": 0,
        }
        state = consumed_input(input_id, run_id, prompt, begun_ns, self.now_ns)
        self.runs.append(RunRow(input_id, run_id, state, receipt))

    def compact(self, summary: str, gap_s: float) -> None:
        """Compact the transcript as formats/meerkat.md §4.4 describes, keeping the last four turns."""
        self.now_ns += int(gap_s * 1e9)
        messages = self.transcript.messages
        turns = [index for index, message in enumerate(messages) if message["role"] == "user"]
        kept = messages[turns[-4] :]
        marker = {"role": "user", "content": COMPACTION_MARK + summary, "created_at": message_time(self.now_ns)}
        whole = [messages[0], marker, *kept]
        self.transcript.rewrite(0, len(messages), whole, {"kind": "compaction"}, "meerkat-core", self.now_ns)
        self.last_compaction = len(self.runs)

    def redact(self, order: Mapping[str, Any]) -> None:
        """Replace a text wherever it stands, by one commit over the messages that hold it."""
        self.now_ns += int(float(order.get("after_min", 6)) * 60e9) + self.chance.whole(1, 999_999)
        held = [i for i, encoded in enumerate(self.transcript.encoded) if order["find"].encode() in encoded]
        start, end = held[0], held[-1] + 1
        replacement = [
            _replaced(message, order["find"], order["put"]) for message in self.transcript.messages[start:end]
        ]
        reason = {"kind": order["kind"]} | ({"note": order["note"]} if "note" in order else {})
        self.transcript.rewrite(start, end, replacement, reason, order["actor"], self.now_ns)


def tell(story: Story, start: datetime, blobs: Mapping[str, str], pools: Mapping[str, Pool]) -> NewSession:
    """Tell one story as a session that begins at a time."""
    chance = Chance(f"session {story.title} {start.isoformat()}")
    model, provider = MODELS[story.fields.get("model", "opus")]
    telling = _Telling(story, start, chance)
    project = story.fields.get("project", "orchard")
    if story.fields.get("system", True):
        telling.add({"role": "system", "content": SYSTEM_PROMPT.format(project=project)}, 0.0)
    lines = Teller(provider, chance, blobs).tell(list(expand(story.pieces, pools, chance)))
    span_min = story.fields.get("span")
    scale = span_min * 60 / sum(line.gap_s for line in lines) if span_min else 1.0
    for line in lines:
        _tell_line(telling, line, scale)
    telling.end_run()
    for order in story.fields.get("rewrite", []):
        telling.redact(order)
    return NewSession(
        session_id=telling.session_id,
        created_at_ns=telling.created_ns,
        updated_at_ns=telling.now_ns + chance.whole(2_000_000, 40_000_000),
        messages=telling.transcript.encoded,
        metadata=session_metadata(
            story,
            telling.transcript,
            (model, provider),
            telling.created_ns,
            (len(telling.runs), telling.last_compaction),
        ),
        usage=estimate_usage(telling.transcript, provider),
        runtime_state="retired" if story.fields.get("state") == "archived" else "idle",
        runs=telling.runs,
    )


def _tell_line(telling: _Telling, line: Line, scale: float) -> None:
    if line.compaction is not None:
        telling.end_run()
        telling.compact(line.compaction, line.gap_s * scale)
        return
    if line.prompt is not None:
        telling.end_run()
    telling.add(line.message, line.gap_s * scale)
    if line.prompt is not None:
        telling.begin_run(line.prompt)


def _replaced(value: Any, find: str, put: str) -> Any:
    if isinstance(value, str):
        return value.replace(find, put)
    if isinstance(value, dict):
        return {key: _replaced(entry, find, put) for key, entry in value.items()}
    if isinstance(value, list):
        return [_replaced(entry, find, put) for entry in value]
    return value
