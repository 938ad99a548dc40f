"""Heads as C2SP checkpoints, and the cosignatures of witnesses."""

import base64
import hashlib

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from ledger.checkpoint import COSIGNATURE, Head, checked_head, cosign, cosigned_at, parse_head
from ledger.merkle import EMPTY_ROOT
from ledger.note import BadNoteError, SignedNote, VerifierKey, parse_note
from tests.ledger.test_note import KEY, NAME, independent_check, verifier

HEAD = Head(NAME, 20_852_163, bytes(range(32)))
WITNESS = Ed25519PrivateKey.from_private_bytes(bytes(range(1, 33)))


def test_a_head_is_written_as_the_specification_has_it() -> None:
    note = str(HEAD.signed(KEY))
    text = f"{NAME}\n20852163\nAAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\n"
    assert note.startswith(text + "\n— " + NAME)
    assert independent_check(note, NAME, KEY.public_key().public_bytes_raw()) == text


@pytest.mark.parametrize("head", [HEAD, Head(NAME, 0, EMPTY_ROOT), Head(NAME, 1, bytes(32), ("cut 3 abc", "more"))])
def test_a_head_comes_back_as_it_was_signed(head: Head) -> None:
    found, note = checked_head(str(head.signed(KEY)), [verifier()], NAME)
    assert found == head and note.text == head.text


def test_a_head_of_another_log_or_under_anothers_name_is_refused() -> None:
    other = Head("wire.example/log/other", 1, bytes(32))
    with pytest.raises(BadNoteError, match="not of"):
        checked_head(str(other.signed(KEY)), [verifier(other.origin)], NAME)
    # A key that is known for one log signs no head of another.
    text = SignedNote(other.text, HEAD.signed(KEY).signatures)
    with pytest.raises(BadNoteError, match="no known key"):
        checked_head(str(text), [verifier()])


@pytest.mark.parametrize(
    "text",
    [
        *("a\n", "a\n1\n", "a\n01\n" + "A" * 43 + "=\n", "a\n-1\n" + "A" * 43 + "=\n", "a\n1\nAAAA\n"),
        *("a\n1\n*\n", "a\n" + "9" * 5000 + "\n" + "A" * 43 + "=\n", "a\n١\n" + "A" * 43 + "=\n"),
        "a\n1\n" + "A" * 43 + "=\n\nextension after a blank line\n",
    ],
)
def test_what_is_no_head_is_refused(text: str) -> None:
    with pytest.raises(BadNoteError):
        parse_head(parse_note(text + "\n— a AAAAAAAA\n"))


def test_a_cosignature_is_over_its_time_and_the_whole_text() -> None:
    note = HEAD.signed(KEY)
    line = cosign(note, "witness.example", WITNESS, 1_679_315_147)
    public = WITNESS.public_key().public_bytes_raw()
    data = base64.b64decode(str(line).split(" ")[2])
    assert data[:4] == hashlib.sha256(b"witness.example\n\x04" + public).digest()[:4]
    assert int.from_bytes(data[4:12], "big") == 1_679_315_147
    message = b"cosignature/v1\ntime 1679315147\n" + note.text.encode()
    Ed25519PublicKey.from_public_bytes(public).verify(data[12:], message)


def test_a_verifier_reads_when_a_witness_cosigned_and_refuses_a_false_one() -> None:
    note = HEAD.signed(KEY)
    witness = VerifierKey("witness.example", WITNESS.public_key().public_bytes_raw(), COSIGNATURE)
    line = cosign(note, witness.name, WITNESS, 7)
    cosigned = parse_note(str(SignedNote(note.text, (*note.signatures, line))))
    assert cosigned_at(cosigned, witness) == 7 and cosigned_at(note, witness) is None
    assert cosigned.signed_by([verifier()]) == [verifier()]
    with pytest.raises(BadNoteError):
        cosigned_at(SignedNote(note.text.replace("2", "3"), cosigned.signatures), witness)
