"""An origin of a few dozen lines whose log is sound until a test makes one thing of it worse than any server would.

No database and no server of ours: files are made with the ledger's own tree and signed by a key that the test holds.
"""

import asyncio
import contextlib
import gzip
import hashlib
import json
import threading
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from feed.position import Position
from ledger.checkpoint import Head
from ledger.leaf import canonical
from ledger.merkle import leaf_hash, root_of
from ledger.note import VerifierKey
from ledger.sheets import Sheets
from ledger.sums import Total, add_up
from ledger.terms import read_terms
from ledger.tiles import all_tiles, bundle, bundle_paths, tile_paths

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
STATIONS = 3
Writer = asyncio.StreamWriter


def text(word: str) -> dict[str, str]:
    return {"th": word, "en": word}


def definition_of(election: str) -> dict[str, Any]:
    """One area, one contest of two candidates, three stations."""
    candidates = [
        {
            "id": f"{election}/mayor/{n}",
            "ballotNumber": n,
            "name": text(f"C{n}"),
            "shortName": text(f"C{n}"),
            "party": None,
            "color": "#123456",
        }
        for n in (1, 2)
    ]
    contest = {
        "id": f"{election}/mayor",
        "office": "mayor",
        "name": text("Mayor"),
        "area": f"{election}/city",
        "seats": 1,
        "votingVariation": "PLURALITY",
        "votesPerBallot": 1,
        "candidates": candidates,
    }
    return {
        "format": "tallywire-definition/1",
        "election": election,
        "epoch": "e1",
        "isTest": False,
        "name": text(election),
        "notice": None,
        "pollsCloseAt": "2022-05-22T10:00:00.000000+00:00",
        "timeZone": "Asia/Bangkok",
        "rules": {"version": "small.1", "verdicts": {}},
        "areas": [{"id": f"{election}/city", "level": "CITY", "parent": None, "name": text("City")}],
        "contests": [contest],
        "stations": [
            {
                "id": f"{election}/s-{n}",
                "area": f"{election}/city",
                "number": n,
                "location": text("School"),
                "registers": [[f"{election}/mayor", 100_000]],
            }
            for n in range(1, STATIONS + 1)
        ],
    }


@dataclass
class HostileLog:
    """One election's log, as it is served: `files` by path under its address; a callable writes the answer itself."""

    election: str
    entries: int = 5
    definition: dict[str, Any] = field(init=False)
    leaves: list[dict[str, Any]] = field(init=False)
    raw: list[bytes] = field(init=False)
    files: dict[str, "bytes | Callable[[Writer], Awaitable[None]]"] = field(default_factory=dict)
    results: Any = None
    stations: Any = None

    def __post_init__(self) -> None:
        self.definition = definition_of(self.election)
        self.leaves = []
        standing: dict[str, dict[str, Any]] = {}
        for sequence in range(1, self.entries + 1):
            entry = self._entry(sequence, standing)
            standing[entry["station"]] = entry["tally"]
            self.leaves.append(entry)
        self.make()

    def _entry(self, sequence: int, standing: dict[str, dict[str, Any]]) -> dict[str, Any]:
        """A partial count, a vote more each time."""
        station = f"{self.election}/s-{1 + sequence % STATIONS}"
        before, id_ = standing.get(station), f"{self.election}-{sequence}"
        tally = {
            "id": id_,
            "revision": before["revision"] + 1 if before else 1,
            "coverage": "PARTIAL",
            "votes": [sequence, 1],
            "validBallots": sequence + 1,
            "invalidBallots": 0,
            "noVoteBallots": 0,
            "ballotsCast": None,
            "asWritten": False,
            "reporter": "v-0",
            "evidence": [],
            "countedAt": None,
        }
        return {
            "format": "tallywire/1",
            "election": self.election,
            "sequence": sequence,
            "kind": "ACCEPTED",
            "station": station,
            "contest": f"{self.election}/mayor",
            "tallyId": id_,
            "tally": tally,
            "previousId": before["id"] if before else None,
            "previous": before,
            "standingId": id_,
            "held": 0,
            "heldBefore": 0,
            "disputed": False,
            "disputedBefore": False,
            "commitment": None,
            "salt": None,
            "reason": None,
            "decidedBy": None,
            "ruleset": "small.1",
            "isTest": False,
            "recordedAt": "2022-05-22T10:31:04.500000+00:00",
        }

    @property
    def origin(self) -> str:
        return f"wire.example/log/{self.election}"

    @property
    def key(self) -> str:
        return str(VerifierKey(self.origin, KEY.public_key().public_bytes_raw()))

    def make(self, *, definition: bytes | None = None, raw: list[bytes] | None = None) -> None:
        """Every file anew, of what the definition and the leaves are by now. `raw`: the leaves' own bytes."""
        content = definition or json.dumps(self.definition, ensure_ascii=False).encode()
        sha256 = hashlib.sha256(content).hexdigest()
        leaves = raw or [canonical({**leaf, "definition": sha256}) for leaf in self.leaves]
        self.raw = leaves
        hashes = [leaf_hash(leaf) for leaf in leaves]
        keys = [{"key": self.key, "since": "2022-05-22T00:00:00+00:00", "retiredAt": None}]
        self.files = {
            "checkpoint": self.signed(len(leaves), root_of(hashes)),
            "keys": json.dumps({"origin": self.origin, "keys": keys, "successions": []}).encode(),
            "definition.json": content,
        }
        made = all_tiles(hashes)
        for path in tile_paths(len(leaves)):
            self.files[f"tile/{path}"] = made[path.level or 0, path.number]
        for path in bundle_paths(len(leaves)):
            at = path.number * 256
            self.files[f"tile/{path}"] = self.files[f"sealed/{path}"] = bundle(leaves[at : at + path.width])
        self._add_up(content)

    def _add_up(self, definition: bytes) -> None:
        """What an honest API gives out, where the log can be added up at all."""
        try:
            sheets = Sheets(read_terms(definition))
            for sequence, leaf in enumerate(self.leaves, start=1):
                list(sheets.add(leaf, sequence))
            (total,) = add_up(sheets).by_result.values()
        except Exception:
            return
        self.results = [served(self.election, total)]

    def signed(self, size: int, root: bytes, *lines: str) -> bytes:
        return str(Head(self.origin, size, root, lines).signed(KEY)).encode()

    @property
    def cursor(self) -> str:
        return Position("e1", len(self.leaves)).encode()


def served(election: str, total: Total) -> dict[str, Any]:
    """One result as GraphQL gives it."""
    ranks = [1 + sum(more > own for more in total.votes) for own in total.votes]
    return {
        "contest": {"id": f"{election}/mayor"},
        "area": {"id": f"{election}/city"},
        "rows": [
            {
                "candidate": {"id": f"{election}/mayor/{n}"},
                "votes": votes,
                "rank": rank,
                "share": votes / sum(total.votes) if votes else 0,
                "leading": votes > sorted(total.votes)[-2],
            }
            for n, (votes, rank) in enumerate(zip(total.votes, ranks, strict=True), start=1)
        ],
        "margin": _margin(total.votes),
        "decided": False,
        "validBallots": total.valid,
        "invalidBallots": 0,
        "noVoteBallots": 0,
        "ballotsCast": total.ballots_cast,
        "registeredVoters": total.registered,
        "turnout": total.ballots_cast / total.registered_reporting,
        "stationsTotal": total.stations,
        "stationsReporting": total.reporting,
        "stationsFinal": total.final,
        "stationsDisputed": 0,
        "stationsIncomplete": 0,
        "outstanding": {"stations": total.outstanding, "ballotsAtMost": total.at_most, "heldTallies": 0},
    }


def _margin(votes: list[int]) -> int | None:
    *_, second, first = sorted(votes)
    return first - second or None


class HostileOrigin:
    """Serves logs on a free port, in a thread of its own, until `close`."""

    def __init__(self) -> None:
        self.logs: dict[str, HostileLog] = {}
        self.graphql: Callable[[Writer], Awaitable[None]] | None = None
        self.asked: list[str] = []
        self.url = ""
        self._loop = asyncio.new_event_loop()
        self._up = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()
        assert self._up.wait(30)

    def add(self, log: HostileLog) -> HostileLog:
        self.logs[log.election] = log
        return log

    def close(self) -> None:
        def end() -> None:
            for task in asyncio.all_tasks(self._loop):
                task.cancel()
            self._loop.call_later(0.1, self._loop.stop)

        self._loop.call_soon_threadsafe(end)
        self._thread.join()
        self._loop.close()

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        server = self._loop.run_until_complete(asyncio.start_server(self._serve, "127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        self._up.set()
        self._loop.run_forever()

    async def _serve(self, reader: asyncio.StreamReader, writer: Writer) -> None:
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
            method, target, _ = head.split("\r\n")[0].split(" ")
            self.asked.append(target)
            if method == "POST":
                length = next(
                    int(line[15:]) for line in head.split("\r\n") if line.lower().startswith("content-length:")
                )
                await self._answer(json.loads(await reader.readexactly(length)), writer)
            else:
                await self._file(target.partition("?")[0], writer)
        except (ConnectionError, asyncio.IncompleteReadError):
            return
        finally:
            with contextlib.suppress(RuntimeError):
                writer.close()

    async def _file(self, path: str, writer: Writer) -> None:
        _, _, election, name = path.split("/", 3)
        found = self.logs[election].files.get(name) if election in self.logs and path.startswith("/log/") else None
        if callable(found):
            await found(writer)
        elif found is None:
            await send(writer, b"nothing here", status="404 Not Found")
        else:
            await send(writer, found)

    async def _answer(self, asked: dict[str, Any], writer: Writer) -> None:
        if self.graphql is not None:
            await self.graphql(writer)
            return
        query, log = asked["query"], self.logs.get(asked.get("variables", {}).get("election", ""))
        if "elections" in query:
            data: Any = {
                "elections": [
                    {"id": one.election, "phase": "COUNTING", "cursor": one.cursor} for one in self.logs.values()
                ]
            }
        elif "stations(" in query:
            data = {"stations": log and log.stations}
        elif "results" in query:
            data = {"results": log and log.results}
        else:
            data = {"election": {"cursor": log.cursor} if log else None}
        await send(writer, json.dumps({"data": data}).encode())


async def send(writer: Writer, body: bytes, *, status: str = "200 OK", **headers: str) -> None:
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", "Connection: close"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    writer.write("\r\n".join([*lines, "", ""]).encode("latin-1") + body)
    await writer.drain()


async def endless(writer: Writer) -> None:
    """A body that never ends, as fast as it is taken."""
    writer.write(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n")
    while True:
        writer.write(bytes(65_536))
        await writer.drain()


async def dripping(writer: Writer) -> None:
    """A byte now and then, for ever: no read ever times out."""
    writer.write(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n")
    while True:
        writer.write(b" ")
        await writer.drain()
        await asyncio.sleep(0.05)


async def silent(writer: Writer) -> None:
    """Takes the question and says nothing."""
    await writer.drain()
    await asyncio.sleep(3_600)


async def bomb(writer: Writer) -> None:
    """A thousand times its length."""
    packed = gzip.compress(bytes(2**25), 1)
    await send(writer, packed, Content_Encoding="gzip")


def answering(body: bytes, *, status: str = "200 OK", **headers: str) -> Callable[[Writer], Awaitable[None]]:
    async def answer(writer: Writer) -> None:
        await send(writer, body, status=status, **headers)

    return answer
