"""What is held of sessions stays within its bound, and what was used last stays longest."""

from __future__ import annotations

from store.meerkat.recently_used import RecentlyUsed


def held(max_bytes: int) -> RecentlyUsed[bytearray]:
    return RecentlyUsed(max_bytes, len)


def test_the_least_recently_used_goes_first() -> None:
    cache = held(20)
    cache.put("a", bytearray(10))
    cache.put("b", bytearray(10))
    assert cache.get("a") is not None
    cache.put("c", bytearray(10))
    assert cache.held() == ("a", "c")
    assert cache.get("b") is None


def test_the_newest_stays_however_large_it_is() -> None:
    cache = held(20)
    cache.put("a", bytearray(10))
    cache.put("b", bytearray(100))
    assert cache.held() == ("b",)


def test_what_grew_since_it_was_put_in_counts_as_it_is() -> None:
    cache, grown = held(20), bytearray(1)
    cache.put("a", grown)
    grown.extend(bytes(30))
    cache.put("b", bytearray(1))
    assert cache.held() == ("b",)


def test_one_session_is_held_once_and_all_can_be_let_go() -> None:
    cache = held(20)
    cache.put("a", bytearray(10))
    cache.put("a", bytearray(12))
    assert [len(cache.get("a") or b""), cache.held()] == [12, ("a",)]
    cache.clear()
    assert cache.held() == ()
