"""Documents that strangers send to hurt, for `bench.abuse`: each one more than is answered, and no two alike."""

import itertools
from collections.abc import Callable, Mapping

import orjson

from bench.abuse_lines import noise

NUMBERS = itertools.count()


def _body(query: object, **variables: object) -> bytes:
    return orjson.dumps({"query": query, "variables": variables})


def deep() -> bytes:
    """Also deeper than Python's own stack."""
    levels = (15, 150, 250, 3_000)[next(NUMBERS) % 4]
    return _body(f"query {_name()} {{ area(id: 1) " + "{ parent " * levels + "{ id" + " }" * (levels + 2))


def deep_json() -> bytes:
    return b'{"query": "{ __typename }", "variables": ' + b'{"a":' * 50_000 + b"1" + b"}" * 50_001


def wide() -> bytes:
    return _body(f"query {_name()} {{ area(id: 1) {{ " + "id name(lang: EN) level " * 200 + "} }")


def aliased() -> bytes:
    """More aliases than there may be, or few that ask for much."""
    if next(NUMBERS) % 2:
        return _body(f"query {_name()} {{ " + " ".join(f"a{place}: __typename" for place in range(250)) + " }")
    fields = " ".join(f'a{place}: results(electionId: "bkk-2022") {{ rows {{ votes }} }}' for place in range(50))
    return _body(f"query {_name()} {{ {fields} }}")


def huge() -> bytes:
    return (
        _body("{ " + "a" * 900_000 + " }"),
        _body("{ __typename }", junk="a" * 1_500_000),
        _body(f"query {_name()} {{ __typename }} #" + "x" * 30_000),
    )[next(NUMBERS) % 3]


def cyclic() -> bytes:
    ring = (1, 2, 20)[next(NUMBERS) % 3]
    fragments = " ".join(f"fragment F{n} on Area {{ parent {{ ...F{(n + 1) % ring} }} }}" for n in range(ring))
    return _body(f"query {_name()} {{ area(id: 1) {{ ...F0 }} }} {fragments}")


def doubling() -> bytes:
    """Fragments that each spread the next one twice: 2²⁵ fields in a kilobyte."""
    fragments = " ".join(
        f"fragment F{n} on Area {{ a: parent {{ ...F{n + 1} }} b: parent {{ ...F{n + 1} }} }}" for n in range(25)
    )
    return _body(f"query {_name()} {{ area(id: 1) {{ ...F0 }} }} {fragments} fragment F25 on Area {{ id }}")


def batched() -> bytes:
    return b"[" + b",".join([_body("{ __typename }")] * 500) + b"]"


def costly() -> bytes:
    """Pages in pages, of the largest size."""
    return _body(
        f'query {_name()} {{ election(id: "bkk-2022") {{ contests {{ candidates {{ contest {{ candidates {{ contest {{'
        " candidates { id } } } } } } } }"
    )


def introspective() -> bytes:
    return _body(f"query {_name()} {{ __schema {{ types " + "{ fields { type " * 5 + "{ name" + " }" * 12 + "}")


def unreadable() -> bytes:
    return (b"5", b"null", b"\xff\xfe", b'{"query": 5}', _body("{ " + noise(200)), b"{" * 60_000, b"")[
        next(NUMBERS) % 7
    ]


def new() -> bytes:
    """Nothing is wrong with it, but that it was never met before and is slow to check."""
    fragments = " ".join(f"fragment F{n} on Area {{ id ...F{n + 1} }}" for n in range(60))
    spread = " ".join(f"...F{n}" for n in range(60))
    return _body(f"query {_name()} {{ area(id: 1) {{ {spread} }} }} {fragments} fragment F60 on Area {{ id }}")


def _name() -> str:
    return f"Q{noise(12)}"


DOCUMENTS: Mapping[str, Callable[[], bytes]] = {
    "deep documents": deep,
    "deep JSON": deep_json,
    "wide documents": wide,
    "aliased documents": aliased,
    "huge documents": huge,
    "cyclic fragments": cyclic,
    "doubling fragments": doubling,
    "batched documents": batched,
    "costly documents": costly,
    "introspection in introspection": introspective,
    "no documents": unreadable,
    "documents never met before": new,
}
