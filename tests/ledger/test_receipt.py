"""Receipts: they prove offline that a report stands in the log, held ones too."""

import base64
import json

import pytest

from ledger.checkpoint import Head
from ledger.leaf import leaf_of
from ledger.merkle import inclusion_proof, leaf_hash, root_of
from ledger.receipt import BadReceiptError, check_receipt, receipt_text
from ledger.tiles import grow, nodes_from
from tests.ledger.test_leaf import HELD, SALT, TALLY, entry
from tests.ledger.test_note import KEY, NAME, verifier

LEAVES = [leaf_of({**entry(), "sequence": 1}, "d"), leaf_of(HELD, "d"), leaf_of({**entry(), "sequence": 3}, "d")]


def receipt(index: int, *, held: bool = False) -> str:
    hashes = [leaf_hash(leaf) for leaf in LEAVES]
    proof = inclusion_proof(nodes_from(grow({}, 0, hashes)), index, len(hashes))
    checkpoint = str(Head(NAME, len(hashes), root_of(hashes)).signed(KEY))
    return receipt_text(LEAVES[index], index, proof, checkpoint, (SALT, TALLY) if held else None)


def test_a_receipt_is_written_as_the_specification_has_it() -> None:
    first, extra, index, *rest = receipt(1).split("\n")
    assert first == "c2sp.org/tlog-proof@v1" and index == "index 1"
    assert json.loads(base64.b64decode(extra.removeprefix("extra ")))["leaf"]["sequence"] == 2
    path, checkpoint = rest[: rest.index("")], rest[rest.index("") + 1 :]
    assert [len(base64.b64decode(line)) for line in path] == [32, 32] and checkpoint[:2] == [NAME, "3"]


def test_with_the_log_key_alone_it_proves_the_numbers_of_a_tally_that_counts() -> None:
    proved = check_receipt(receipt(0), [verifier()])
    assert proved.tally == TALLY and proved.leaf["sequence"] == 1 and proved.head.size == 3


def test_a_held_tally_is_proved_by_its_salt_and_not_shown_without() -> None:
    assert check_receipt(receipt(1, held=True), [verifier()]).tally == TALLY
    assert check_receipt(receipt(1), [verifier()]).tally is None


def test_a_receipt_with_anything_changed_proves_nothing() -> None:
    good = receipt(1, held=True)
    lines = good.split("\n")
    extra = json.loads(base64.b64decode(lines[1].removeprefix("extra ")))

    def with_extra(**changed: object) -> str:
        encoded = base64.b64encode(
            json.dumps({**extra, **changed}, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
        )
        return "\n".join([lines[0], f"extra {encoded.decode()}", *lines[2:]])

    assert with_extra() == good
    for bad in (
        with_extra(tally={**TALLY, "votes": [99, None, 30]}),
        with_extra(salt="other"),
        with_extra(leaf={**extra["leaf"], "station": "small/a-2"}),
        good.replace("index 1", "index 0"),
        good.replace("index 1", "index 01"),
        good.replace("index 1", "index -1"),
        good.replace(lines[3], lines[4]),
        good.replace("@v1", "@v2"),
        good.replace(f"{NAME}\n3\n", f"{NAME}\n4\n"),
        "",
        "c2sp.org/tlog-proof@v1\n\n",
        "\n".join([lines[0], *lines[2:]]),
    ):
        with pytest.raises(BadReceiptError):
            check_receipt(bad, [verifier()])
    with pytest.raises(BadReceiptError):
        check_receipt(good, [verifier("wire.example/log/other")])
