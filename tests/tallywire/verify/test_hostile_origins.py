"""`tallywire verify` against an origin that wishes it ill: a clear finding, never a traceback, never without end.

Exit code 1: what is served is wrong. 2: it could not be had, so nothing is said of it.
"""

import base64
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from typer.testing import CliRunner

from tallywire.cli import build_cli
from tests.tallywire.hostile_origin import (
    HostileLog,
    HostileOrigin,
    answering,
    bomb,
    dripping,
    endless,
    silent,
)

ENTRIES = 300
FIRST, LAST = "tile/entries/000", "tile/entries/001.p/44"
Damage = Callable[[HostileLog], object]


@pytest.fixture(scope="module")
def origin() -> Iterator[HostileOrigin]:
    origin = HostileOrigin()
    yield origin
    origin.close()


def verify(origin: HostileOrigin, log: HostileLog, folder: Path, *arguments: str) -> Result:
    given = ["verify", origin.url, "--election", log.election, "--state", str(folder / "state.json")]
    ran = CliRunner().invoke(build_cli("verify"), [*given, "--no-stations", *arguments])
    assert ran.exception is None or isinstance(ran.exception, SystemExit), ran.exc_info
    assert "Traceback" not in ran.output
    return ran


def file(path: str, content: Any) -> Damage:
    return lambda log: log.files.update({path: content})


def gone(*paths: str) -> Damage:
    return lambda log: [log.files.pop(path) for path in paths]


def head(size: int, *lines: str) -> Damage:
    """A head of another size, with the root that there is; signed by the log's own key."""

    def damage(log: HostileLog) -> None:
        log.files["checkpoint"] = log.signed(size, bytes(32), *lines)

    return damage


def entry(sequence: int, **changed: Any) -> Damage:
    """An entry that its origin wrote and signed so."""

    def damage(log: HostileLog) -> None:
        log.leaves[sequence - 1] |= changed
        log.make()

    return damage


def tally(sequence: int, **changed: Any) -> Damage:
    def damage(log: HostileLog) -> None:
        log.leaves[sequence - 1]["tally"] |= changed
        log.make()

    return damage


def leaf(number: int, content: bytes) -> Damage:
    def damage(log: HostileLog) -> None:
        raw = list(log.raw)
        raw[number - 1] = content
        log.make(raw=raw)

    return damage


def defined(**changed: Any) -> Damage:
    """Another definition, under which every entry was written."""

    def damage(log: HostileLog) -> None:
        log.definition |= changed
        log.make()

    return damage


def definition(content: bytes) -> Damage:
    return lambda log: log.make(definition=content)


DEEP = b"[" * 100_000 + b"]" * 100_000
HUGE = b'{"format": ' + b"9" * 10_000 + b"}"
BAD_JSON = {
    "garbage": b"\x00\x01\x02",
    "nested deeply": DEEP,
    "a number of ten thousand digits": HUGE,
    "bytes that are no UTF-8": b'{"keys": ["\xff\xfe"]}',
    "half a character": b'{"keys": [], "successions": [], "x": "\\ud800"}',
    "a member twice": b'{"keys": [], "keys": [], "successions": []}',
    "a list": b"[]",
    "nothing": b"null",
    "infinity": b'{"keys": 1e999, "successions": Infinity}',
}
OTHER_ROOT, OTHER_SIGNATURE = "x\n1\nก\n\n— x AAAAAAAA\n", "x\n1\nAA==\n\n— x ก\n"
LOOP = [{"id": "x", "level": "CITY", "parent": "x", "name": {"th": "x", "en": "x"}}]

ATTACKS: dict[str, tuple[Damage, int, str]] = {
    # Bodies and servers.
    "a tile without end": (file("tile/0/000", endless), 1, "more than 8,192 bytes"),
    "a head without end": (file("checkpoint", endless), 1, "more than 100,000 bytes"),
    "a tile that drips": (file("tile/0/000", dripping), 2, "takes longer than 1 s"),
    "a head that drips": (file("checkpoint", dripping), 2, "takes longer than 1 s"),
    "silence": (file("keys", silent), 2, "takes longer than 1 s"),
    "a bundle that unpacks to a thousand times itself": (file(FIRST, bomb), 1, "more than 16,777,472 bytes"),
    "packed in a way that was not asked for": (
        file("keys", answering(b"x", Content_Encoding="gzip, gzip")),
        *(1, "comes packed as gzip, gzip"),
    ),
    "not packed as it says": (file("keys", answering(b"no gzip", Content_Encoding="gzip")), 1, "not packed as it says"),
    "a redirect to another host": (
        file("checkpoint", answering(b"", status="302 Found", Location="http://169.254.169.254/secret")),
        *(2, "leads to http://169.254.169.254/secret: name that address itself"),
    ),
    "a redirect in a circle": (
        file("checkpoint", answering(b"", status="307 Temporary Redirect", Location="checkpoint")),
        *(2, "leads on and on"),
    ),
    "a redirect to nowhere": (
        file("checkpoint", answering(b"", status="302 Found", Location="file:///etc/passwd")),
        *(2, "leads to file://127.0.0.1/etc/passwd"),
    ),
    "no HTTP": (file("checkpoint", answering(b"", status="\x00 \x00")), 2, "cannot be reached"),
    "an answer that rings the terminal's bell": (
        file("checkpoint", answering(b"\x1b[2J\x07no", status="403 Forbidden")),
        *(2, "answers 403: [2J no"),
    ),
    "trouble": (file("checkpoint", answering(b"", status="500 Oh")), 2, "cannot be reached"),
    # Files that are gone.
    "a bundle in the middle": (gone(FIRST, "sealed/entries/000"), 1, "entry 1, a station that cannot be told"),
    "a bundle and its tile": (gone(FIRST, "sealed/entries/000", "tile/0/000"), 1, "do not lead to the root"),
    "the definition": (gone("definition.json"), 2, "has no definition.json"),
    # Heads.
    "a head of more entries than there can be": (head(2**62), 1, "no election has so many"),
    "a head of more entries than are served": (head(100_000), 1, "lacks more than 64 of its files"),
    "a head of the same size and another root": (head(ENTRIES), 1, "do not lead to the root"),
    "a head with a root of other letters": (file("checkpoint", OTHER_ROOT.encode()), 1, "no root hash"),
    "a head signed in other letters": (file("checkpoint", OTHER_SIGNATURE.encode()), 1, "no signature line"),
    "a head that is none": (file("checkpoint", b"\xff\xfe"), 1, "not UTF-8"),
    # Lists of keys.
    **{f"keys: {name}": (file("keys", content), 1, "the list of keys") for name, content in BAD_JSON.items()},
    # Definitions, each signed by the log's own key.
    **{
        f"definition: {name}": (definition(content), 1, "definition.json is no definition")
        for name, content in BAD_JSON.items()
    },
    "areas that lie in one another": (defined(areas=LOOP), 1, "lies in itself"),
    "areas under one id": (defined(areas=[*LOOP, *LOOP]), 1, "twice under one id"),
    "contests of no area": (defined(areas=[]), 1, "is no definition"),
    "stations that count nothing known": (
        defined(contests=[]),
        *(1, "which is not there"),
    ),
    "a name that turns the line around": (
        lambda log: (
            log.definition["areas"][0]["name"].update(en="\u202egnitseretni\x1b[31m"),
            log.make(),
            log.results[0].update(validBallots=0),
        ),
        *(1, "\ufffdgnitseretni\ufffd[31m"),
    ),
    # Entries, each signed by the log's own key.
    "an entry of garbage": (leaf(3, b"\x00\xff"), 1, "entry 3, log: no entry can be read there"),
    "an entry nested deeply": (leaf(3, b"[" * 30_000 + b"]" * 30_000), 1, "entry 3, log: no entry can be read there"),
    "an entry with half a character": (leaf(3, b'{"format":"\\ud800"}'), 1, "entry 3, log: no entry can be read there"),
    "an entry with a member twice": (leaf(3, b'{"a":1,"a":1}'), 1, "entry 3, log: no entry can be read there"),
    "a huge number of tallies held": (leaf(3, b'{"held":' + b"9" * 5_000 + b"}"), 1, "entry 3, log"),
    "held that is no number": (entry(3, held="many"), 1, "held of it is no number"),
    "a station that is a list": (entry(3, station=[]), 1, "station of it is no text"),
    "a tally that is a list": (entry(3, tally=[]), 1, "tally of it is no tally"),
    "a time that is none": (entry(3, recordedAt="soon"), 1, "recordedAt is no time in UTC"),
    "a tally with a field too much": (tally(3, bribe=1), 1, "tally has other fields than it should: bribe"),
    "votes of text": (tally(3, votes=["7", 1]), 1, "the votes of tally are no list of numbers"),
    "votes of too few candidates": (tally(3, votes=[1]), 1, "not one number for each of the 2 candidates"),
    "a kind that does not exist": (entry(3, kind="GIFT"), 1, "there is no kind 'GIFT'"),
    "a hold that counts": (entry(ENTRIES, kind="HELD"), 1, "does something else to what counts"),
    "evidence that leads out of the folder": (tally(3, evidence=["../../x"]), 1, "is no list of digests"),
    # What the API gives out.
    "results that are none": (lambda log: setattr(log, "results", [{"contest": 7}]), 1, "no list of results"),
    "results that are text": (lambda log: setattr(log, "results", "all well"), 1, "does not answer as tallywire does"),
    "no results": (lambda log: setattr(log, "results", []), 1, "result is served as not there"),
    "one vote more": (lambda log: log.results[0]["rows"][0].update(votes=0), 1, "the entries add up to"),
}


@pytest.mark.parametrize("attack", ATTACKS)
def test_what_no_honest_log_serves_is_a_finding(origin: HostileOrigin, attack: str, tmp_path: Path) -> None:
    damage, code, says = ATTACKS[attack]
    log = origin.add(HostileLog("h", ENTRIES))
    damage(log)
    seconds = "1" if "longer than 1 s" in says else "60"
    ran = verify(origin, log, tmp_path, "--timeout", seconds, "--evidence", "--save", str(tmp_path / "copy"))
    assert (ran.exit_code, says in ran.output) == (code, True), ran.output
    assert "\x1b" not in ran.output and "\u202e" not in ran.output
    assert not (tmp_path / "state.json").exists()


ALL_THE_SAME: dict[str, Damage] = {
    "as it was made": lambda _log: None,
    "lines in the head that nobody knows": lambda log: log.files.update(
        checkpoint=log.signed(ENTRIES, root(log), "weather fine", "cut of another kind")
    ),
    "another type of content": lambda log: log.files.update(
        {FIRST: answering(bytes(log.files[FIRST]), Content_Type="image/png")}  # type: ignore[arg-type]
    ),
    "a redirect on the same server": lambda log: log.files.update(
        {"moved": log.files[FIRST], FIRST: answering(b"", status="302 Found", Location="/log/h/moved")}
    ),
    "partial tiles that made way for full ones": lambda log: grown(log, 600),
    "partial tiles that made way for later ones": lambda log: grown(log, 310),
}


def root(log: HostileLog) -> bytes:
    return base64.b64decode(bytes(log.files["checkpoint"]).split(b"\n")[2])  # type: ignore[arg-type]


def grown(log: HostileLog, size: int) -> None:
    """The log went on after its head was read: what the head needs is there in wider tiles alone."""
    longer, before = HostileLog(log.election, size), log.files["checkpoint"]
    heads = iter([before])

    async def checkpoint(writer: Any) -> None:
        await answering(next(heads, longer.files["checkpoint"]))(writer)  # type: ignore[arg-type]

    log.files = {**longer.files, "definition.json": log.files["definition.json"], "checkpoint": checkpoint}


@pytest.mark.parametrize("case", ALL_THE_SAME)
def test_what_an_honest_log_may_do_is_sound(origin: HostileOrigin, case: str, tmp_path: Path) -> None:
    log = origin.add(HostileLog("h", ENTRIES))
    ALL_THE_SAME[case](log)
    ran = verify(origin, log, tmp_path)
    assert ran.exit_code == 0 and f"OK: wire.example/log/h, {ENTRIES} entries" in ran.stdout, ran.output


def test_a_head_that_goes_backwards_is_found_by_who_saw_the_later_one(origin: HostileOrigin, tmp_path: Path) -> None:
    assert verify(origin, origin.add(HostileLog("h", ENTRIES)), tmp_path).exit_code == 0
    ran = verify(origin, origin.add(HostileLog("h", 200)), tmp_path)
    assert ran.exit_code == 1 and f"a head of {ENTRIES} entries was signed before, and this one has 200" in ran.stdout


@pytest.mark.parametrize(
    ("answer", "code", "says"),
    [
        (endless, 1, "more than 67,108,864 bytes"),
        (dripping, 2, "could not be checked: results"),
        (answering(b"", status="503 Gone"), 2, "could not be checked: results"),
        (answering(DEEP), 1, "does not answer as tallywire does"),
        (answering(b'{"data": {"election": null, "results": 7}}'), 1, "does not answer as tallywire does"),
        (answering(b'{"errors": [{"message": "no\\u001b[2J"}]}'), 2, "no\ufffd[2J"),
    ],
)
def test_an_api_that_wishes_ill_spoils_no_more_than_the_comparison(
    origin: HostileOrigin, answer: Any, code: int, says: str, tmp_path: Path
) -> None:
    log = origin.add(HostileLog("h", 5))
    origin.graphql = answer
    try:
        ran = verify(origin, log, tmp_path, "--timeout", "1" if answer is dripping else "60")
    finally:
        origin.graphql = None
    assert (ran.exit_code, says in ran.output) == (code, True), ran.output
    assert "NOT sound: wire.example/log/h, 5 entries" in ran.stdout
    # What could not be checked is not called wrong.
    assert ("faults" in ran.stderr) == (code == 1)


def test_a_server_that_pages_stations_for_ever_is_left(origin: HostileOrigin, tmp_path: Path) -> None:
    log = origin.add(HostileLog("h", 5))
    log.stations = {"pageInfo": {"hasNextPage": True, "endCursor": "x"}, "edges": []}
    given = ["verify", origin.url, "--election", "h", "--state", str(tmp_path / "state.json"), "--stations"]
    ran = CliRunner().invoke(build_cli("verify"), given)
    assert ran.exit_code == 1 and "shows more stations of h/mayor than its 3" in ran.stdout, ran.output


def test_an_election_whose_name_is_a_path_writes_nothing_outside(origin: HostileOrigin, tmp_path: Path) -> None:
    origin.logs.clear()
    origin.add(HostileLog("../../../x", 5))
    before = set(tmp_path.rglob("*"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TALLYWIRE_DATA_DIR", str(tmp_path / "deep" / "data"))
        ran = CliRunner().invoke(build_cli("verify"), ["verify", origin.url])
    assert ran.exit_code in (1, 2) and isinstance(ran.exception, SystemExit), ran.output
    assert set(tmp_path.rglob("*")) == before
