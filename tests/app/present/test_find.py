"""Hits are hits in what is shown, all of it and nothing else (2.6)."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from pathlib import Path
from typing import Any

import orjson
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from app.controllers import find_jobs
from app.controllers.find_jobs import find_work, hits_work
from app.present.find import Finder, Needle, Unfolded, count_in, hits_in, shown_prose, texts_of
from app.present.find_plain import count_plain
from app.present.find_tally import HitPlace, Tally
from app.present.markdown import prose_document
from app.present.reading import FoldState
from app.present.segments import Prose
from app.present.show_message import show_message
from app.present.utf16 import utf16_slice
from app.present.whole_text import Wrapping, find_all, prepare
from store.cancel import CancelToken
from store.meerkat.messages.plain_texts import read_plain_texts
from store.meerkat.messages.transcript_index import TranscriptIndex
from store.meerkat.reading import Reading
from store.values.message import Message, MessageKind, Role, TextBlock

pytestmark = pytest.mark.usefixtures("qapp")

WORDS = st.sampled_from(
    ["the", "Store", "a_b", "*it*", "`x`", "é", "e\u0301", "👩‍👩‍👧", "שלום", "\n", "\n\n", "- ", "1. ", " ", "\u2028"]
)
LOOKED_FOR = ("error", "a", "tool", "1", "ok", "the", "é", "x y", "Result", "text", "hello", "日本", "😀")
LOOKED_FOR += ("src/", "e: ", '"', ".rs", "s.", "](", "{", "&", "1.", "a,b", "file.pdf", "image")
TEXTS = st.lists(WORDS, max_size=12).map("".join)


def message_of(text: str, kind: MessageKind = MessageKind.ASSISTANT) -> Message:
    role = Role.ASSISTANT if kind is MessageKind.ASSISTANT else Role.USER
    block = TextBlock(text, len(text))
    return Message(0, role, kind, role.value, None, None, None, None, len(text), (block,), 1)


def no_whole(_ref: object) -> str:
    raise AssertionError("nothing was cut")


@given(TEXTS)
@example("one\ntwo\n\n\nthree")
@example("http://a.b/c_d #4 x - y")
def test_the_quick_way_to_shown_prose_gives_what_a_document_shows(text: str) -> None:
    prose = Prose(text)
    assert shown_prose(prose) == prose_document(prose).toRawText()


@given(
    TEXTS,
    st.sampled_from(["the", "T", "it", "é", "e\u0301", "👩", "ש", " ", "a b", "store"]),
    st.booleans(),
    st.booleans(),
)
@settings(suppress_health_check=[HealthCheck.too_slow])
def test_2_6_hits_equal_a_plain_search_over_the_shown_texts(text: str, word: str, case: bool, whole: bool) -> None:
    shown = show_message(message_of(text, MessageKind.PROMPT))
    finder = Finder(Needle(word, case, whole))
    hits = hits_in(shown, finder, no_whole)
    texts = {(key, piece): words for key, piece, words in texts_of(shown, finder)}
    for hit in hits:
        found = utf16_slice(texts[(hit.key, hit.piece)], hit.begin, hit.begin + hit.length)
        same = unicodedata.normalize("NFC", found).replace("\u2028", " ")
        assert (
            same == unicodedata.normalize("NFC", word)
            if case
            else same.lower() == unicodedata.normalize("NFC", word).lower()
        )
    assert len(hits) == count_in(shown, finder, no_whole)
    if word.isascii() and not whole and " " not in word:
        plain = sum(
            len(re.findall(re.escape(word) + r"(?![\u0300-\u036f\u200d])", words, 0 if case else re.IGNORECASE))
            for words in texts.values()
        )
        assert plain == len(hits)


@pytest.mark.parametrize(
    ("text", "needle", "expected"),
    [
        ("İstanbul STRASSE straße", Needle("straße"), [(17, 6)]),
        ("👍 ok OK", Needle("ok"), [(3, 2), (6, 2)]),
        ("café cafe\u0301", Needle("café"), [(0, 4), (5, 5)]),
        ("cats cat concat", Needle("cat", is_whole_word=True), [(5, 3)]),
        ("x [a] (b", Needle("[a] ("), [(2, 5)]),
        ("a  b", Needle("  "), [(1, 2)]),
        ("aaaa", Needle("aa"), [(0, 2), (2, 2)]),
        ("anything", Needle("x" * 10_000), []),
    ],
)
def test_2_6_letters_of_all_kinds_are_found(text: str, needle: Needle, expected: list[tuple[int, int]]) -> None:
    assert Finder(needle).utf16_ranges(text) == expected
    assert Finder(needle).count(text) == len(expected)


@pytest.fixture(
    params=[
        pytest.param("realm-0.6.24-rich", marks=pytest.mark.slow),
        "realm-0.6.24-rkat",
        "realm-0.7.28",
        "realm-0.7.5",
        pytest.param("realm-0.6.24-bridged-by-0.9.8", marks=pytest.mark.slow),
    ]
)
def sessions(
    request: Any,
    copy_sample: Callable[[str], Path],
    in_worker: Callable[..., Any],
    own_paths: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> Any:
    """The library with a sample, and its sessions; nobody draws, so that a search need not leave time for it."""
    from store import Library
    from store.values.session import SortKey, SortOrder

    monkeypatch.setattr(find_jobs, "PAINT_S", 0)
    path = copy_sample(f"meerkat/{request.param}")
    library = Library(own_paths)

    def read() -> Any:
        facts = library.open(path, CancelToken())[0]
        backend = library.backend(facts.key)
        handles = list(backend.ids(SortOrder(SortKey.UPDATED), CancelToken()).handles)
        return [summary.key for summary in backend.summaries(handles, CancelToken())]

    yield library, in_worker(read)
    in_worker(library.close_all)


def test_2_6_a_search_of_stored_bytes_misses_no_hit_of_any_sample(sessions: Any, in_worker: Callable[..., Any]) -> None:
    from store.errors import SessionError

    library, keys = sessions
    token = CancelToken()
    unfolded = Unfolded(state=FoldState.OPEN)
    assert unfolded.is_unrolled(0, 0)

    def compare() -> int:
        total = 0
        for key in keys:
            backend = library.backend(key.store)
            try:
                outline = backend.outline(key.session_id, token)
                shown = [show_message(m) for m in backend.messages(key.session_id, 0, outline.count, token)]
            except SessionError:
                continue
            for word in LOOKED_FOR:
                needle = Needle(word)
                finder = Finder(needle)
                whole = lambda ref, b=backend, k=key: b.whole(k.session_id, ref, token)  # noqa: E731
                naive = {m.index: count_in(m, finder, whole) for m in shown if not m.is_hidden}
                naive = {row: count for row, count in naive.items() if count}
                at, found = 0, {}
                while at < outline.count:
                    answer = find_work(library, key, needle, outline, at, outline.count)(token)
                    found.update(zip(answer.rows, answer.counts, strict=True))
                    at = answer.end
                assert found == naive, (key, word)
                _, places = hits_work(library, key, needle, list(found)[:20])(token)
                assert all(len(hits) == found[row] for row, hits in places.items())
                total += sum(found.values())
        return total

    assert in_worker(compare) > 0


def whole_of(backend: Any, key: Any, token: CancelToken) -> Callable[[Any], str]:
    return lambda ref: backend.whole(key.session_id, ref, token)


def test_2_6_plain_texts_of_samples_hold_as_many_hits_as_what_is_shown(
    sessions: Any, in_worker: Callable[..., Any]
) -> None:
    from store.errors import SessionError

    library, keys = sessions
    token = CancelToken()

    def compare() -> int:
        plain_count = total = 0
        for key in keys:
            backend = library.backend(key.store)
            try:
                outline = backend.outline(key.session_id, token)
                messages = backend.messages(key.session_id, 0, outline.count, token)
            except SessionError:
                continue
            shown = {message.index: show_message(message) for message in messages}
            numbers = [number for number, message in shown.items() if not message.is_hidden]
            plain = backend.plain_texts(key.session_id, numbers, token)
            plain_count, total = plain_count + sum(texts is not None for texts in plain), total + len(plain)
            for word in LOOKED_FOR:
                for has_output in (True, False):
                    finder = Finder(Needle(word, has_output=has_output))
                    for number, texts in zip(numbers, plain, strict=True):
                        if texts is not None:
                            exact = count_in(shown[number], finder, whole_of(backend, key, token))
                            assert count_plain(texts, finder) == exact, (word, number)
        assert plain_count > 0.8 * total or total < 10
        return plain_count

    in_worker(compare)


ARGUMENTS = st.dictionaries(
    st.sampled_from(["command", "path", "pattern", "n", "it's"]),
    st.one_of(
        st.lists(WORDS, max_size=4).map("".join), st.sampled_from([1, 0.5, 1e16, None, [1, "a"], {"b": "the Store"}])
    ),
    max_size=3,
)
NEEDLES = st.sampled_from(
    [
        "the",
        "T",
        "it",
        "é",
        "a b",
        "store",
        "a_b",
        "x",
        "1.",
        "e: ",
        '": "',
        "store the",
        "the  ",
        "*",
        "b:",
        "1e",
        "bash",
    ]
)


@given(TEXTS, TEXTS, ARGUMENTS, st.one_of(st.none(), TEXTS), NEEDLES, st.booleans(), st.booleans())
@example("foo` a `bar", "", {}, None, "fooa", False, False)
@example(
    "x&amp;y [l](u)ink", "> the\n> Store", {"command": "a\tb\nc"}, "\x1b[1mthe\x1b[0mStore\n", "the store", False, False
)
@settings(suppress_health_check=[HealthCheck.too_slow], max_examples=300)
def test_2_6_texts_alone_hold_as_many_hits_as_what_is_shown_of_a_message(
    said: str, thought: str, arguments: dict[str, Any], output: str | None, word: str, case: bool, whole: bool
) -> None:
    data = {"block_type": "tool_use", "data": {"id": "c", "name": "bash", "args": arguments}}
    blocks = [{"block_type": "reasoning", "data": {"text": thought}}, {"block_type": "text", "data": {"text": said}}]
    stored: list[Any] = [{"role": "block_assistant", "blocks": [*blocks, data], "stop_reason": "tool_use"}]
    if output is not None:
        stored.append({"role": "tool_results", "results": [{"tool_use_id": "c", "content": output, "is_error": False}]})
    lines = [orjson.dumps(message) for message in stored]
    index = TranscriptIndex()
    for line in lines:
        index.add(orjson.loads(line), len(line))
    fetch = lambda wanted: {number: lines[number] for number in wanted}  # noqa: E731
    (plain,) = read_plain_texts(index, [0], fetch, CancelToken())
    (message,) = Reading(index, fetch).messages_at([0])
    finder = Finder(Needle(word, case, whole))
    assert plain is not None
    assert count_plain(plain, finder) == count_in(show_message(message), finder, no_whole)


@given(st.lists(st.integers(1, 4), min_size=1, max_size=8), st.integers(0, 8))
def test_2_6_stepping_visits_every_hit_once_and_comes_back(counts: list[int], cut: int) -> None:
    tally = Tally()
    rows = [3 * number for number in range(len(counts))]
    tally.add(rows[cut:], counts[cut:])
    tally.add(rows[:cut], counts[:cut])
    assert tally.total == sum(counts)
    place, seen = HitPlace(rows[0], 0), []
    for _ in range(tally.total):
        seen.append(tally.number_of(place))
        step = tally.step(place, 1)
        assert step is not None
        back = tally.step(step[0], -1)
        assert back is not None
        assert back == (place, step[1])
        place = step[0]
    assert seen == list(range(1, tally.total + 1))
    assert place == HitPlace(rows[0], 0)


@given(st.text(alphabet="ab\n", max_size=60), st.integers(8, 12))
def test_2_9_the_rows_of_a_whole_text_hold_all_of_it_in_order(text: str, columns: int) -> None:
    whole = prepare(text * 3)
    for wrapping in (Wrapping(whole, columns), Wrapping(whole, 0)):
        rows = [wrapping.place(row) for row in range(wrapping.row_count)]
        assert "".join(whole.text[begin:end] for _, begin, end in rows) == whole.text.replace("\n", "")
        for number, (_, begin, end) in enumerate(rows):
            assert all(wrapping.row_of(at) == number for at in range(begin, end))


def test_2_9_hits_of_a_long_line_are_found_across_stretches() -> None:
    whole = prepare("x" * 262_140 + "needle" + "y" * 300_000 + "needle")
    begins, lengths = find_all(whole, Finder(Needle("NEEDLE")), lambda: None)
    assert list(begins) == [262_140, 562_146]
    assert list(lengths) == [6, 6]
