"""Photographs for these tests, made on the spot; and what one does with them over HTTP."""

import hashlib
import io
from typing import Any

import httpx
import pillow_heif
from PIL import Image

from tests.served import Api

pillow_heif.register_heif_opener()
MAKE, GPS, ORIENTATION, SOFTWARE = 0x010F, 0x8825, 0x0112, 0x0131


def picture(seed: int = 1, size: tuple[int, int] = (400, 300)) -> Image.Image:
    """Left half dark, right half bright, so that one can tell how it lies; no two seeds alike."""
    image = Image.new("RGB", size, (seed % 200, 20, 40))
    image.paste((230, 230, seed % 200), (size[0] // 2, 0, size[0], size[1]))
    return image


def encoded(image: Image.Image, kind: str = "JPEG", **options: Any) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def traces(orientation: int = 1) -> Image.Exif:
    """What a phone writes: its make, its software, how it was held, and where it was."""
    exif = Image.Exif()
    exif[MAKE], exif[SOFTWARE], exif[ORIENTATION] = "TattlePhone", "TattleOS 9", orientation
    exif.get_ifd(GPS).update({1: "N", 2: (13.0, 45.0, 0.0), 3: "E", 4: (100.0, 30.0, 0.0)})
    return exif


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def put(api: Api, content: bytes, digest: str | None = None, **headers: str) -> httpx.Response:
    address = f"{api.url}/evidence/{digest or sha256(content)}"
    return httpx.put(address, content=content, headers={**api.headers, **headers}, timeout=60)


def get(api: Api, digest: str, query: str = "", **headers: str) -> httpx.Response:
    return httpx.get(f"{api.url}/evidence/{digest}{query}", headers={**api.headers, **headers}, timeout=60)


def opened(content: bytes) -> Image.Image:
    image = Image.open(io.BytesIO(content))
    image.load()
    return image
