"""Every field that the schema lets anybody reach, as documents small enough to be taken; and their answers alike."""

import base64
import binascii
import re
from collections.abc import Iterator, Mapping
from typing import Any

from graphql import (
    GraphQLField,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLUnionType,
    get_named_type,
    is_required_argument,
)

from feed.position import BadCursorError, decode

DEPTH_MAX = 5
PATHS_A_DOCUMENT = 400
Path = tuple[str, ...]


def paths(schema: GraphQLSchema, root: str, field: str, given: Mapping[str, Mapping[str, str]]) -> Iterator[Path]:
    """From a root field down to each leaf, no type twice on the way; `given`: arguments by "Type.field", as written."""
    kind = schema.type_map[root]
    assert isinstance(kind, GraphQLObjectType)
    yield from _paths(kind, field, given, (root,))


def _paths(
    kind: GraphQLObjectType, name: str, given: Mapping[str, Mapping[str, str]], passed: tuple[str, ...]
) -> Iterator[Path]:
    field = kind.fields[name]
    step = _step(kind.name, name, field, given)
    inner = get_named_type(field.type)
    if step is None or inner.name in passed:
        return
    for word, below in _below(inner):
        if below is None:
            yield (step,) if word is None else (step, word)
        elif len(passed) < DEPTH_MAX:
            for sub in below.fields:
                for rest in _paths(below, sub, given, (*passed, below.name)):
                    yield (step, *rest) if word is None else (step, word, *rest)


def _below(inner: Any) -> Iterator[tuple[str | None, GraphQLObjectType | None]]:
    if isinstance(inner, GraphQLUnionType | GraphQLInterfaceType):
        yield "__typename", None
    elif isinstance(inner, GraphQLObjectType):
        yield None, inner
    else:
        yield None, None


def _step(kind: str, name: str, field: GraphQLField, given: Mapping[str, Mapping[str, str]]) -> str | None:
    """The field as it is asked for; None where an argument is needed that nobody gave."""
    known = given.get(f"{kind}.{name}", {})
    if any(is_required_argument(taken) and argument not in known for argument, taken in field.args.items()):
        return None
    arguments = ", ".join(f"{argument}: {value}" for argument, value in known.items())
    return f"{name}({arguments})" if arguments else name


def documents(found: list[Path]) -> Iterator[str]:
    for start in range(0, len(found), PATHS_A_DOCUMENT):
        tree: dict[str, Any] = {}
        for path in found[start : start + PATHS_A_DOCUMENT]:
            node = tree
            for step in path:
                node = node.setdefault(step, {})
        yield _text(tree)


def _text(tree: Mapping[str, Any]) -> str:
    return "{ " + " ".join(step + (" " + _text(inner) if inner else "") for step, inner in tree.items()) + " }"


def alike(value: Any, names: Mapping[str, str]) -> Any:
    """The answer without one election's own names (ids, epochs, people), in cursors too, and the moments of sending."""
    if isinstance(value, dict):
        return {key: alike(inner, names) for key, inner in value.items() if key not in ("sentAt", "incident")}
    if isinstance(value, list):
        return [alike(inner, names) for inner in value]
    return _plain(value, names) if isinstance(value, str) else value


def _plain(text: str, names: Mapping[str, str]) -> str:
    try:
        position = decode(text)
        return f"position {names.get(position.epoch, position.epoch)}.{position.sequence}"
    except BadCursorError:
        pass
    try:
        key = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True).decode()
        text = f"key {key}" if key.isprintable() and "/" in key else text
    except (ValueError, binascii.Error):
        pass
    for name, word in names.items():
        text = re.sub(rf"(?<![\w-]){re.escape(name)}(?![\w-])", word, text)
    return text
