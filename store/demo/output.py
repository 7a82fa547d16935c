"""Long tool output for the demo library: test runs, logs, tables, listings of any length, always the same."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Final

from store.demo.chance import Chance

MODULES: Final = [
    "checkpoint",
    "compaction",
    "digest",
    "export",
    "gateway",
    "guard",
    "import",
    "index",
    "journal",
    "lease",
    "ledger",
    "manifest",
    "notify",
    "page",
    "parser",
    "planner",
    "pool",
    "queue",
    "quota",
    "realm",
    "replay",
    "retry",
    "router",
    "scheduler",
    "session",
    "snapshot",
    "sweep",
    "token",
    "transcript",
    "upload",
    "vacuum",
    "walker",
    "window",
    "writer",
]
CLAIMS: Final = [
    "accepts_an_empty_list",
    "keeps_the_order",
    "refuses_a_stale_token",
    "survives_a_restart",
    "reads_what_it_wrote",
    "closes_twice_without_harm",
    "counts_each_row_once",
    "ends_at_the_limit",
    "falls_back_to_the_copy",
    "finds_the_newest_commit",
    "ignores_a_trailing_comma",
    "joins_both_halves",
    "leaves_no_file_behind",
    "maps_every_error",
    "never_blocks_the_reader",
    "notices_a_moved_file",
    "repeats_a_torn_read",
    "reports_progress",
    "rolls_back_on_cancel",
    "sorts_ties_by_id",
    "stops_at_the_first_fault",
    "takes_the_lock_once",
    "tolerates_clock_skew",
    "trims_trailing_blanks",
    "waits_for_the_writer",
    "writes_both_rows",
]
PATHS: Final = [
    "/v1/sessions",
    "/v1/sessions/recent",
    "/v1/realms/orchard",
    "/v1/export",
    "/v1/search",
    "/healthz",
    "/v1/invoices",
    "/v1/invoices/2041",
    "/v1/events",
    "/metrics",
    "/v1/upload",
    "/v1/labels",
]
AGENTS: Final = ("orchard-cli/0.6.24", "lantern-web/4.12.0", "harbor-agent/1.9.3", "kube-probe/1.31", "curl/8.9.1")
MESSAGES: Final = (
    "lease renewed for worker",
    "checkpoint written",
    "compaction skipped: below threshold",
    "snapshot accepted",
    "retrying after reset by peer",
    "cache miss, reading from store",
    "batch flushed",
    "slow statement",
    "connection returned to pool",
    "head moved",
)


def make_output(name: str, lines: int, chance: Chance) -> str:
    """Make that many lines of the named kind of output."""
    return "\n".join(_MAKERS[name](lines, chance))


def _cargo(lines: int, chance: Chance) -> Iterator[str]:
    yield f"running {lines - 4} tests"
    for number in range(lines - 4):
        module, claim = chance.one_of(MODULES), chance.one_of(CLAIMS)
        yield f"test {module}::tests::{claim}_{number % 7} ... {'ignored' if chance.happens(0.01) else 'ok'}"
    yield ""
    passed = f"{lines - 4} passed; 0 failed; 2 ignored; 0 measured; 0 filtered out"
    yield f"test result: ok. {passed}; finished in {chance.between(4, 40):.2f}s"
    yield ""


def _pytest(lines: int, chance: Chance) -> Iterator[str]:
    yield "============================= test session starts =============================="
    yield "platform linux -- Python 3.12.5, pytest-8.3.2, pluggy-1.5.0"
    yield f"collected {lines - 4} items"
    for number in range(lines - 4):
        module, claim = chance.one_of(MODULES), chance.one_of(CLAIMS)
        percent = (number + 1) * 100 // max(lines - 4, 1)
        yield f"tests/test_{module}.py::test_{claim}[{number % 5}] PASSED{percent:>12} %"
    yield f"======================= {lines - 4} passed in {chance.between(6, 90):.2f}s ======================="


def _access(lines: int, chance: Chance) -> Iterator[str]:
    second = 36_000
    for _ in range(lines):
        second += chance.whole(0, 3)
        clock = f"{second // 3600:02}:{second // 60 % 60:02}:{second % 60:02}"
        code = chance.one_of((200, 200, 200, 200, 204, 304, 404, 429, 502))
        address = f"10.4.{chance.whole(0, 7)}.{chance.whole(2, 250)}"
        size, millis = chance.whole(120, 90_000), chance.whole(2, 940 if code == 502 else 120)
        path, agent = chance.one_of(PATHS), chance.one_of(AGENTS)
        yield f'{address} - [{clock}] "GET {path} HTTP/1.1" {code} {size} {millis}ms "{agent}"'


def _journal(lines: int, chance: Chance) -> Iterator[str]:
    millis = 10_812_000
    for _ in range(lines):
        millis += chance.whole(3, 2_400)
        clock = f"{millis // 3_600_000:02}:{millis // 60_000 % 60:02}:{millis // 1000 % 60:02}.{millis % 1000:03}"
        level = chance.one_of(("INFO ", "INFO ", "INFO ", "DEBUG", "WARN "))
        worker, took = chance.whole(1, 8), chance.whole(1, 380)
        where, what = chance.one_of(MODULES), chance.one_of(MESSAGES)
        yield f"{clock}Z {level} orchard::{where}: {what} worker={worker} took_ms={took}"


def _rows(lines: int, chance: Chance) -> Iterator[str]:
    yield f"{'session_id':<38}{'messages':>9}{'bytes':>12}  updated"
    yield f"{'-' * 36:<38}{'-' * 8:>9}{'-' * 10:>12}  {'-' * 19}"
    for _ in range(lines - 2):
        stamp = f"2026-08-{chance.whole(1, 18):02} {chance.whole(6, 19):02}:{chance.whole(0, 59):02}"
        count = chance.whole(2, 900)
        session_id = chance.uuid7(1_786_000_000_000 + chance.whole(0, 1_000_000_000))
        yield f"{session_id:<38}{count:>9}{count * chance.whole(300, 4_000):>12}  {stamp}"


def _csv(lines: int, chance: Chance) -> Iterator[str]:
    yield "day,region,orders,refunds,revenue_cents,late"
    for number in range(lines - 1):
        region = chance.one_of(("north", "east", "south", "west"))
        orders = chance.whole(80, 2_400)
        late = "true" if chance.happens(0.08) else "false"
        day = f"2026-{1 + number // 28 % 8:02}-{1 + number % 28:02}"
        yield f"{day},{region},{orders},{chance.whole(0, 40)},{orders * chance.whole(900, 8_800)},{late}"


def _listing(lines: int, chance: Chance) -> Iterator[str]:
    for _ in range(lines):
        folder, name = chance.one_of(("src", "src/store", "tests", "src/net")), chance.one_of(MODULES)
        kind = chance.one_of(("rs", "rs", "toml", "md"))
        yield f"-rw-r--r-- 1 dev dev {chance.whole(180, 64_000):>7} Mar {chance.whole(1, 18):>2} {folder}/{name}.{kind}"


def _compiler(lines: int, chance: Chance) -> Iterator[str]:
    for _ in range(lines - 1):
        name = chance.one_of(MODULES)
        yield f"   Compiling orchard-{name} v0.{chance.whole(1, 9)}.{chance.whole(0, 30)}"
    yield f"    Finished `release` profile [optimized] target(s) in 1m {chance.whole(2, 59):02}s"


def _query_plan(lines: int, chance: Chance) -> Iterator[str]:
    for depth in range(lines):
        table, cost = chance.one_of(("invoices", "payments", "accounts", "events")), chance.between(1, 9_000)
        step = chance.one_of(("Seq Scan on", "Index Scan using idx_due on", "Bitmap Heap Scan on"))
        yield f"{'  ' * min(depth, 12)}->  {step} {table}  (cost=0.42..{cost:.2f} rows={chance.whole(1, 90_000)})"


_MAKERS: Final[Mapping[str, Callable[[int, Chance], Iterator[str]]]] = {
    "cargo": _cargo,
    "pytest": _pytest,
    "access": _access,
    "journal": _journal,
    "rows": _rows,
    "csv": _csv,
    "listing": _listing,
    "compiler": _compiler,
    "plan": _query_plan,
}
