"""Colours of candidates on pictures that the server draws."""

from PIL import ImageColor

RGB = tuple[int, int, int]
UNKNOWN: RGB = (109, 117, 123)


def colour_of(text: str) -> RGB:
    """Of a candidate; grey where it is none."""
    try:
        return ImageColor.getrgb(text)[:3]
    except ValueError:
        return UNKNOWN


def is_light(rgb: RGB) -> bool:
    """Whether dark letters are read on it."""
    red, green, blue = rgb
    return 0.299 * red + 0.587 * green + 0.114 * blue > 150
