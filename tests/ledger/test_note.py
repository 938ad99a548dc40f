"""Signed notes: the specification's own example, an independent check of ours, and all that must be refused."""

import base64
import hashlib

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from ledger.note import BadKeyError, BadNoteError, SignedNote, VerifierKey, parse_key, parse_note, sign

EXAMPLE_KEY = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"
EXAMPLE = (
    "This is an example message.\n"
    "\n"
    "— example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n"
)
KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
NAME = "wire.example/log/small"


def independent_check(note: str, name: str, public: bytes) -> str:
    """The text of a note, by the specification and `cryptography` alone; raises InvalidSignature."""
    text, _, lines = note.rpartition("\n\n")
    key_id = hashlib.sha256(name.encode() + b"\n\x01" + public).digest()[:4]
    for line in lines.splitlines():
        dash, signer, encoded = line.split(" ")
        data = base64.b64decode(encoded)
        if dash == "—" and signer == name and data[:4] == key_id:
            Ed25519PublicKey.from_public_bytes(public).verify(data[4:], (text + "\n").encode())
            return text + "\n"
    raise InvalidSignature


def test_the_example_of_the_specification_verifies() -> None:
    key = parse_key(EXAMPLE_KEY)
    assert str(key) == EXAMPLE_KEY
    note = parse_note(EXAMPLE)
    assert note.signed_by([key]) == [key] and note.text == "This is an example message.\n" and str(note) == EXAMPLE


def test_what_we_sign_an_independent_check_accepts() -> None:
    text = "one\n\nthree: ส้ม\n"
    note = str(sign(text, NAME, KEY))
    public = KEY.public_key().public_bytes_raw()
    assert independent_check(note, NAME, public) == text
    with pytest.raises(InvalidSignature):
        independent_check(note.replace("three", "four"), NAME, public)


def verifier(name: str = NAME) -> VerifierKey:
    return VerifierKey(name, KEY.public_key().public_bytes_raw())


def test_a_note_that_was_changed_or_that_nobody_known_signed_is_refused() -> None:
    note = sign("text\n", NAME, KEY)
    changed = parse_note(str(note).replace("text", "Text"))
    stranger = VerifierKey(NAME, Ed25519PrivateKey.generate().public_key().public_bytes_raw())
    for bad, known, says in (
        (changed, [verifier()], "does not verify"),
        (note, [], "no known key"),
        (note, [stranger], "no known key"),
        (note, [verifier("wire.example/log/other")], "no known key"),
    ):
        with pytest.raises(BadNoteError, match=says):
            bad.signed_by(known)


def test_further_signatures_by_strangers_do_no_harm_and_a_false_one_of_a_known_key_does() -> None:
    first, second = Ed25519PrivateKey.generate(), Ed25519PrivateKey.generate()
    one, two = sign("text\n", NAME, first), sign("text\n", "other.example", second)
    both = parse_note(str(SignedNote("text\n", (*two.signatures, *one.signatures))))
    known = VerifierKey(NAME, first.public_key().public_bytes_raw())
    assert both.signed_by([known]) == [known]
    false = SignedNote("text\n", (*one.signatures, *sign("other\n", NAME, first).signatures))
    with pytest.raises(BadNoteError):
        false.signed_by([known])


@pytest.mark.parametrize(
    "text",
    [
        *("", "text\n", "text\n\n", "text\n— a AAAAAAAA\n", "text\n\n— a AAAAAAAA", "text\n\n- a AAAAAAAA\n"),
        *("text\n\n— a AAAA\n", "text\n\n— a b AAAAAAAA\n", "text\n\n— a+b AAAAAAAA\n", "text\n\n— a *\n"),
        *("te\tt\n\n— a AAAAAAAA\n", "text\r\n\r\n— a AAAAAAAA\r\n", "x" * 100_001 + "\n\n— a AAAAAAAA\n"),
        *("text\n\n" + "— a AAAAAAAA\n" * 65, b"\xff\n\n\xe2\x80\x94 a AAAAAAAA\n"),
    ],
)
def test_what_is_no_note_is_refused(text: str | bytes) -> None:
    with pytest.raises(BadNoteError):
        parse_note(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a",
        "a+b",
        "a+00000000+AQ==",
        EXAMPLE_KEY.replace("530d903a", "530d903b"),
        EXAMPLE_KEY[:-2] + "*k",
        EXAMPLE_KEY.replace("foo", "f oo"),
    ],
)
def test_what_is_no_verifier_key_is_refused(text: str) -> None:
    with pytest.raises(BadKeyError):
        parse_key(text)
