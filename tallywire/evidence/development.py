"""From the bytes as sent to what the public is given: told by its bytes, checked whole, upright, without traces.

Runs in a process of its own (`darkroom`): decoders of images are where hostile files do harm.
"""

import contextlib
import hashlib
import io
from dataclasses import dataclass
from pathlib import Path

import pillow_heif
from PIL import Image, ImageCms, ImageFile, ImageOps, JpegImagePlugin, UnidentifiedImageError

from tallywire.evidence import refusal

# What Pillow calls it: what it is, and what of it is served; browsers do not show HEIC.
KINDS = {
    "JPEG": ("image/jpeg", "JPEG"),
    # What phones write with a second picture inside: a JPEG to everyone.
    "MPO": ("image/jpeg", "JPEG"),
    "PNG": ("image/png", "PNG"),
    "WEBP": ("image/webp", "WEBP"),
    "HEIF": ("image/heic", "JPEG"),
}
# MPO comes by way of JPEG.
FORMATS = ("JPEG", "PNG", "WEBP", "HEIF")
HEIC_BRANDS = (b"heic", b"heix", b"heim", b"heis", b"mif1", b"msf1")
MEDIA_TYPES = {"JPEG": "image/jpeg", "PNG": "image/png", "WEBP": "image/webp"}
# Served instead of the whole with `?width=`; a phone's list of reports, and a phone's screen.
WIDTHS = (320, 1280)
# The longer side of what is served: a sheet is legible, and no telescope is needed.
SIDE_MAX = 4_096
SAVING: dict[str, dict[str, object]] = {
    "JPEG": {"quality": 88, "progressive": True},
    "PNG": {},
    "WEBP": {"quality": 88},
}
END_OF_IMAGE, START_OF_SCAN = b"\xff\xd9", b"\xff\xda"
# The only marks that a JPEG without traces carries: JFIF without a small picture in it, and Adobe's colour mark.
PLAIN_MARKS = {"APP0": (b"JFIF\0", 14), "APP14": (b"Adobe", 12)}


@dataclass(frozen=True, slots=True)
class Developed:
    """`public` None: the file as sent is what the public gets. `smaller`: by width in pixels, narrower ones only."""

    media_type: str
    public_media_type: str
    width: int
    height: int
    public: bytes | None
    smaller: dict[int, bytes]

    @property
    def public_sha256(self) -> str | None:
        return hashlib.sha256(self.public).hexdigest() if self.public is not None else None


def develop(path: Path, pixels_max: int) -> Developed:
    """Reads the photograph at `path`; raises RefusedError."""
    pillow_heif.register_heif_opener()
    ImageFile.LOAD_TRUNCATED_IMAGES = False
    # Checked below, with an answer that says what was found.
    Image.MAX_IMAGE_PIXELS = None
    try:
        with Image.open(path, formats=FORMATS) as image:
            return _developed(path, image, pixels_max)
    except UnidentifiedImageError:
        raise (refusal.unreadable() if _begins_as_one(path) else refusal.unsupported()) from None
    except refusal.RefusedError:
        raise
    # Decoders raise nearly anything on damaged files; MemoryError is the limit of this process.
    except Exception:
        raise refusal.unreadable() from None


def _begins_as_one(path: Path) -> bool:
    """Whether it says to be what we take, although nobody can read it."""
    with path.open("rb") as file:
        head = file.read(12)
    brand = head[8:12]
    return (
        head.startswith((b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n"))
        or (head.startswith(b"RIFF") and brand == b"WEBP")
        or (head[4:8] == b"ftyp" and brand in HEIC_BRANDS)
    )


def _developed(path: Path, image: Image.Image, pixels_max: int) -> Developed:
    media_type, served_as = KINDS[image.format or ""]
    if image.width * image.height > pixels_max:
        raise refusal.too_many_pixels(image.width, image.height, pixels_max)
    plain = max(image.size) <= SIDE_MAX and is_plain(image, path)
    if served_as == "JPEG" and image.format != "HEIF" and max(image.size) > SIDE_MAX:
        image.draft("RGB", (SIDE_MAX, SIDE_MAX))
    image.load()
    upright = _without_traces(image)
    upright.thumbnail((SIDE_MAX, SIDE_MAX))
    return Developed(
        media_type=media_type,
        public_media_type=MEDIA_TYPES[served_as],
        width=upright.width,
        height=upright.height,
        public=None if plain else _encoded(upright, served_as),
        smaller={width: _smaller(upright, width) for width in WIDTHS if width < upright.width},
    )


def is_plain(image: Image.Image, path: Path) -> bool:
    """Whether the file holds nothing but the picture, so that it may be given out as it came, digest and all.

    In doubt it is not: then the public gets a copy made anew.
    """
    if image.format != "JPEG" or not isinstance(image, JpegImagePlugin.JpegImageFile) or image.mode not in ("L", "RGB"):
        return False
    for name, content in image.applist:
        start, length = PLAIN_MARKS.get(name, (b"", -1))
        if len(content) != length or not content.startswith(start):
            return False
    data = path.read_bytes()
    return data.find(END_OF_IMAGE, data.find(START_OF_SCAN)) == len(data) - len(END_OF_IMAGE)


def _without_traces(image: Image.Image) -> Image.Image:
    """Upright, in sRGB, and with no word of where, when and by what it was taken."""
    upright = ImageOps.exif_transpose(image)
    profile = upright.info.get("icc_profile")
    if upright.mode.startswith("I;16"):
        upright = upright.point(lambda value: value / 256).convert("L")
    if upright.mode not in ("L", "RGB", "RGBA"):
        transparent = "transparency" in upright.info or upright.mode in ("LA", "PA", "La", "RGBa")
        upright = upright.convert("RGBA" if transparent else "RGB")
    if profile and image.mode in ("RGB", "RGBA"):
        upright = _in_srgb(upright, profile)
    if upright is image:
        upright = image.copy()
    upright.info.clear()
    return upright


def _in_srgb(image: Image.Image, profile: bytes) -> Image.Image:
    """The colours as meant; as they are where the profile is no profile."""
    with contextlib.suppress(ImageCms.PyCMSError, OSError, ValueError):
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        converted = ImageCms.profileToProfile(image, source, ImageCms.createProfile("sRGB"))
        return converted if converted is not None else image
    return image


def _smaller(image: Image.Image, width: int) -> bytes:
    height = max(1, round(image.height * width / image.width))
    return _encoded(image.resize((width, height), reducing_gap=2.0), "JPEG")


def _encoded(image: Image.Image, kind: str) -> bytes:
    buffer = io.BytesIO()
    image.info.clear()
    if kind == "JPEG" and image.mode == "RGBA":
        white = Image.new("RGB", image.size, "white")
        white.paste(image, mask=image.getchannel("A"))
        image = white
    image.save(buffer, kind, **SAVING[kind])
    return buffer.getvalue()
