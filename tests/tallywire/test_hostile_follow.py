"""One follower of an origin that has many elections and is hostile in each its own way: the sound one is served on."""

import base64
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest

from tests.conftest import Databases
from tests.served import wait_until
from tests.tallywire.following import SECONDS, FollowerNode, follower
from tests.tallywire.hostile_origin import HostileLog, HostileOrigin, answering, bomb, endless

ENTRIES = 300
Damage = Callable[[HostileLog], object]
SECRET = b"the neighbour's secret"


def file(path: str, content: Any) -> Damage:
    return lambda log: log.files.update({path: content})


def entry(sequence: int, **changed: Any) -> Damage:
    def damage(log: HostileLog) -> None:
        log.leaves[sequence - 1] |= changed
        log.make()

    return damage


def leaf(number: int, content: bytes) -> Damage:
    def damage(log: HostileLog) -> None:
        raw = list(log.raw)
        raw[number - 1] = content
        log.make(raw=raw)

    return damage


def root(log: HostileLog) -> bytes:
    content = log.files["checkpoint"]
    assert isinstance(content, bytes)
    return base64.b64decode(content.split(b"\n")[2])


def without_partial_tiles(log: HostileLog) -> None:
    """The log is longer than its head says, and keeps full tiles alone."""
    longer = HostileLog(log.election, 512)
    log.files = {
        **{path: content for path, content in longer.files.items() if path.startswith(("tile/", "sealed/"))},
        **{path: content for path, content in log.files.items() if not path.startswith(("tile/", "sealed/"))},
    }


SOUND: dict[str, Damage] = {
    "sound": lambda _log: None,
    "unknown-lines": lambda log: log.files.update(checkpoint=log.signed(ENTRIES, root(log), "weather fine")),
    "no-partial-tiles": without_partial_tiles,
}
# What becomes of it, and why; `AWAY`: it could not be had, `REFUSED`: it was had, and is wrong.
ATTACKS: dict[str, tuple[Damage, str, str]] = {
    "endless-tile": (file("tile/0/000", endless), "REFUSED", "more than 8,192 bytes"),
    "endless-head": (file("checkpoint", endless), "REFUSED", "more than 100,000 bytes"),
    "bomb": (file("tile/entries/000", bomb), "REFUSED", "more than 16,777,472 bytes"),
    "elsewhere": (
        file("checkpoint", answering(b"", status="302 Found", Location="http://localhost:1/secret")),
        *("AWAY", "name that address itself"),
    ),
    "trouble": (file("definition.json", answering(SECRET, status="500 Oh")), "AWAY", "cannot be reached"),
    "huge-head": (
        lambda log: log.files.update(checkpoint=log.signed(2**62, bytes(32))),
        *("REFUSED", "no election has so many"),
    ),
    "another-root": (
        lambda log: log.files.update(checkpoint=log.signed(ENTRIES, bytes(32))),
        *("REFUSED", "do not lead to the root"),
    ),
    "no-note": (file("checkpoint", b"\xff"), "REFUSED", "not UTF-8"),
    "deep-keys": (file("keys", b"[" * 100_000), "REFUSED", "list of keys cannot be read"),
    "keys-of-another-kind": (file("keys", b'{"keys": 7, "origin": []}'), "REFUSED", "list of keys cannot be read"),
    "no-definition": (lambda log: log.make(definition=b'{"a": 1, "a": 2}'), "REFUSED", "stands there twice"),
    "no-bundle": (lambda log: log.files.pop("tile/entries/000"), "REFUSED", "cannot be read"),
    "garbage": (leaf(3, b"\x00\xff"), "REFUSED", "entry 3 cannot be read"),
    "no-time": (entry(3, recordedAt="soon"), "REFUSED", "recordedAt is no time"),
    "no-text": (entry(3, reason="a\x00b"), "REFUSED", "cannot be what happened"),
    "too-many-held": (entry(ENTRIES, held=2**40), "REFUSED", "cannot be what happened"),
    "absurd-cut": (
        lambda log: log.files.update(checkpoint=log.signed(ENTRIES, root(log), f"cut 9999999999 0 {'0' * 64}")),
        *("REFUSED", "no election has so many"),
    ),
}


@pytest.fixture(scope="module")
def node(databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> Iterator[FollowerNode]:
    """Follows them all from its start on."""
    origin = HostileOrigin()
    for name, damage in (*SOUND.items(), *((name, attack[0]) for name, attack in ATTACKS.items())):
        damage(origin.add(HostileLog(name, ENTRIES)))
    with follower(databases, tmp_path_factory.mktemp("follower"), origin.url) as node:
        yield node
    origin.close()


@pytest.mark.parametrize("election", SOUND)
def test_what_an_honest_log_may_do_is_followed(node: FollowerNode, election: str) -> None:
    node.reach(election, ENTRIES)


@pytest.mark.parametrize("election", ATTACKS)
def test_what_no_honest_log_serves_is_said_and_not_served(node: FollowerNode, election: str) -> None:
    _, state, says = ATTACKS[election]

    def told() -> dict[str, Any] | None:
        known = node.ready().json()["following"]["elections"].get(election, {})
        return known if known.get("state") == state and says in (known["reason"] or "") else None

    shown = wait_until(told, SECONDS, f"{election} being {state}")
    assert shown["size"] < ENTRIES or election == "absurd-cut"
    assert SECRET.decode() not in str(shown) and "Traceback" not in str(shown)


def test_beside_all_that_the_sound_one_is_served_on(node: FollowerNode) -> None:
    assert node.following("sound")["following"]["state"] == "FOLLOWING"
    head = httpx.get(f"{node.server.url}/log/sound/checkpoint", timeout=SECONDS)
    assert head.text.split("\n")[:2] == ["wire.example/log/sound", str(ENTRIES)]
    assert node.ready().status_code == 503
