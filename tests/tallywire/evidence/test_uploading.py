"""`PUT /evidence/{sha256}`: what is taken, what is refused in which words, and that repeating it changes nothing."""

import struct
import zlib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest

from counting.vocabulary import Role
from tests.conftest import Night
from tests.served import Api
from tests.tallywire.evidence.conftest import BYTES_MAX
from tests.tallywire.evidence.pictures import encoded, get, opened, picture, put, sha256, traces


def stored(folder: Path) -> set[str]:
    return {path.name for path in (folder / "evidence" / "store").rglob("*") if path.is_file()}


@pytest.mark.parametrize(
    ("kind", "media_type"),
    [("JPEG", "image/jpeg"), ("PNG", "image/png"), ("WEBP", "image/webp"), ("HEIF", "image/jpeg")],
)
def test_each_kind_is_told_from_its_bytes_whatever_the_header_says(volunteer: Api, kind: str, media_type: str) -> None:
    content = encoded(picture(10), kind)
    answer = put(volunteer, content, **{"Content-Type": "text/html"})
    assert answer.status_code == 201, answer.text
    told = answer.json()
    assert (told["sha256"], told["mediaType"]) == (sha256(content), media_type)
    assert (told["width"], told["height"]) == (400, 300)
    shown = get(volunteer, told["sha256"])
    assert shown.headers["content-type"] == media_type
    assert (sha256(shown.content), len(shown.content)) == (told["publicSha256"], told["bytes"])
    assert opened(shown.content).size == (400, 300)


def test_a_photograph_without_traces_is_given_out_as_it_came(volunteer: Api) -> None:
    content = encoded(picture(11))
    told = put(volunteer, content).json()
    assert told["publicSha256"] == sha256(content)
    assert get(volunteer, sha256(content)).content == content


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "HEIF"])
def test_where_and_by_what_it_was_taken_stays_here_and_the_picture_stays_upright(
    volunteer: Api, folder: Path, kind: str
) -> None:
    # 6: the phone was held upright; shown right, the dark half is on top. HEIC turns itself.
    content = encoded(picture(12), kind, exif=traces(orientation=6).tobytes())
    assert b"TattlePhone" in content
    told = put(volunteer, content).json()
    shown = get(volunteer, told["sha256"]).content
    assert told["publicSha256"] != told["sha256"] == sha256(content)
    assert b"Tattle" not in shown and b"Exif" not in shown
    image = opened(shown)
    assert image.size == (300, 400) and not image.getexif()
    top, bottom = (image.convert("L").getpixel((150, down)) for down in (20, 380))
    assert top < 60 and bottom > 150
    assert (folder / "evidence" / "store" / told["sha256"][:2] / told["sha256"]).read_bytes() == content


def test_what_hangs_on_to_a_picture_is_not_given_out(volunteer: Api) -> None:
    script = b"<script>alert(1)</script>"
    for content in (encoded(picture(13)) + script, encoded(picture(14), comment=script.decode())):
        told = put(volunteer, content).json()
        shown = get(volunteer, told["sha256"])
        assert script not in shown.content
        assert opened(shown.content).size == (400, 300)


def test_sent_again_it_is_the_same_and_nothing_is_stored_twice(volunteer: Api, another: Api, folder: Path) -> None:
    content = encoded(picture(15), "HEIF")
    first = put(volunteer, content)
    kept = stored(folder)
    again, others = put(volunteer, content), put(another, content)
    assert (first.status_code, again.status_code, others.status_code) == (201, 200, 200)
    assert first.json() == again.json() == others.json()
    assert stored(folder) == kept


def test_sent_by_many_at_once_it_is_stored_once(volunteer: Api, another: Api, night: Night) -> None:
    content = encoded(picture(16))
    with ThreadPoolExecutor(5) as pool:
        answers = list(pool.map(lambda place: put((volunteer, another)[place % 2], content), range(5)))
    assert {answer.status_code for answer in answers} <= {200, 201}
    assert [answer.status_code for answer in answers].count(201) == 1
    assert len({answer.text for answer in answers}) == 1
    assert len(night.sql("SELECT 1 FROM evidence WHERE sha256 = $1", sha256(content))) == 1


def half(content: bytes) -> bytes:
    return content[: len(content) // 2]


def bomb() -> bytes:
    """A small PNG that says it has 900 million pixels."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    header = struct.pack(">IIBBBBB", 30_000, 30_000, 8, 2, 0, 0, 0)
    data = zlib.compress(b"\0" * 1_000_000)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", data) + chunk(b"IEND", b"")


REFUSED = {
    "text": (b"<html><script>alert(1)</script></html>", 415, "UNSUPPORTED_TYPE"),
    "a GIF": (encoded(picture(20, (40, 30)), "GIF"), 415, "UNSUPPORTED_TYPE"),
    "an SVG": (b'<svg xmlns="http://www.w3.org/2000/svg"/>', 415, "UNSUPPORTED_TYPE"),
    "nothing": (b"", 422, "EMPTY"),
    "half a JPEG": (half(encoded(picture(21))), 422, "UNREADABLE"),
    "half a PNG": (half(encoded(picture(22), "PNG")), 422, "UNREADABLE"),
    "a HEIC that breaks off": (half(encoded(picture(23), "HEIF")), 422, "UNREADABLE"),
    "a JPEG of noise": (b"\xff\xd8\xff\xe0" + bytes(range(256)) * 8, 422, "UNREADABLE"),
    "a bomb": (bomb(), 422, "TOO_MANY_PIXELS"),
    "more pixels than allowed": (encoded(picture(24, (2_500, 2_000))), 422, "TOO_MANY_PIXELS"),
    "more bytes than allowed": (b"\xff\xd8" + bytes(BYTES_MAX), 413, "TOO_LARGE"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_no_photograph_is_refused_in_both_languages_and_not_kept(
    volunteer: Api, folder: Path, name: str
) -> None:
    content, status, code = REFUSED[name]
    before = stored(folder)
    answer = put(volunteer, content)
    assert answer.status_code == status, answer.text
    told = answer.json()
    assert (told["code"], told["field"]) == (code, "body")
    assert set(told) == {"code", "field", "th", "en"} and told["th"] and told["en"]
    assert stored(folder) == before
    assert list((folder / "evidence" / "incoming").iterdir()) == []
    assert get(volunteer, sha256(content)).status_code == 404


def test_bytes_that_are_not_those_of_the_address_are_refused_also_where_the_right_ones_are_stored(
    volunteer: Api,
) -> None:
    right, wrong = encoded(picture(25)), encoded(picture(26))
    for _ in range(2):
        answer = put(volunteer, wrong, sha256(right))
        assert (answer.status_code, answer.json()["code"]) == (422, "DIGEST_MISMATCH")
        assert sha256(wrong) in answer.json()["en"]
        assert put(volunteer, right).status_code in (200, 201)
    assert get(volunteer, sha256(wrong)).status_code == 404


@pytest.mark.parametrize("address", ["abc", "A" * 64, "g" * 64, "0" * 63, "0" * 65, "%2e%2e%2f" + "0" * 61])
def test_an_address_that_is_no_digest_is_told_so(volunteer: Api, address: str) -> None:
    answer = put(volunteer, encoded(picture(27)), address)
    assert (answer.status_code, answer.json()["code"]) == (400, "BAD_DIGEST")


def test_who_has_no_right_to_send_is_told_after_being_heard_out(night: Night, public: Api) -> None:
    content = encoded(picture(28))
    for api, status, code in (
        (public, 401, "UNAUTHENTICATED"),
        (public.as_("tw_wrong"), 401, "UNAUTHENTICATED"),
        (public.as_(night.token(Role.OUTLET)), 403, "FORBIDDEN"),
    ):
        answer = put(api, content)
        assert (answer.status_code, answer.json()["code"], answer.json()["field"]) == (status, code, "Authorization")
    assert night.sql("SELECT 1 FROM evidence WHERE sha256 = $1", sha256(content)) == []
    for role in (Role.EDITOR, Role.OPERATOR):
        assert put(public.as_(night.token(role)), content).status_code in (200, 201)


def test_other_methods_are_told_which_there_are(volunteer: Api) -> None:
    answer = httpx.delete(f"{volunteer.url}/evidence/{'0' * 64}", headers=volunteer.headers)
    assert (answer.status_code, answer.headers["allow"]) == (405, "GET, HEAD, PUT")


def test_a_body_without_a_length_is_taken_and_limited_as_well(volunteer: Api) -> None:
    content = encoded(picture(29))
    pieces = (content[start : start + 1_000] for start in range(0, len(content), 1_000))
    address = f"{volunteer.url}/evidence/"
    answer = httpx.put(address + sha256(content), content=pieces, headers=volunteer.headers, timeout=60)
    assert answer.status_code == 201
    endless = (bytes(100_000) for _ in range(BYTES_MAX // 100_000 + 5))
    answer = httpx.put(address + "0" * 64, content=endless, headers=volunteer.headers, timeout=60)
    assert (answer.status_code, answer.json()["code"]) == (413, "TOO_LARGE")
