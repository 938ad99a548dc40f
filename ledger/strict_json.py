"""JSON that reads the same to everybody: of what strangers serve, nothing else is taken.

Python's reader takes the last of two members of one name, NaN, numbers beyond every float and halves of characters;
other readers take something else, or nothing.
"""

import json
import math
from typing import Any


class BadJsonError(ValueError):
    """The text is no JSON, or some of it reads differently to different readers."""


def strict(content: bytes | str) -> Any:
    """The value; raises BadJsonError."""
    try:
        text = content.decode() if isinstance(content, bytes) else content
        value = _DECODER.decode(text)
        if "\\u" in text:
            # Half of a character comes out of an escape alone, and is no text that could be written down again.
            json.dumps(value, ensure_ascii=False).encode()
    except RecursionError as error:
        raise BadJsonError("nested too deeply") from error
    except ValueError as error:
        raise BadJsonError(str(error)) from error
    return value


def _once(members: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(members)
    if len(value) < len(members):
        raise BadJsonError("a member stands there twice")
    return value


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise BadJsonError(f"{text[:40]} is beyond every number")
    return number


def _no_constant(text: str) -> float:
    raise BadJsonError(f"{text} is no JSON")


_DECODER = json.JSONDecoder(object_pairs_hook=_once, parse_float=_finite, parse_constant=_no_constant)
