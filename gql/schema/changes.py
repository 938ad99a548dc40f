"""`python -m gql.schema.changes`: what the schema has become since its last release, for whoever has clients out there.

Refused: what breaks a document that worked (`find_breaking_changes`), and a deprecation without its date. Said alone:
what may surprise a client that does not expect it. `--release`: the schema of today becomes the released one.
"""

import re
import sys
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLSchema,
    build_schema,
    find_breaking_changes,
    find_dangerous_changes,
)

HERE = Path(__file__).parent
RELEASED, SERVED = HERE / "released.graphql", HERE / "schema.graphql"
# "Use `x`. Until 2027-05-31." What is deprecated works until then.
DATED = re.compile(r"Until (\d{4}-\d{2}-\d{2})\.$")


def complaints(released: GraphQLSchema, served: GraphQLSchema, today: date) -> list[str]:
    """What must not be released, a line each. Nobody is promised what was deprecated up to a day that is past."""
    past = [path for path, reason in deprecations(released) if (until(reason) or today) < today]
    broken = [change.description for change in find_breaking_changes(released, served)]
    broken = [line for line in broken if not any(f" {path} was removed" in line for path in past)]
    return broken + [
        f'{path} is deprecated without its date: end the reason with "Until YYYY-MM-DD."'
        for path, reason in deprecations(served)
        if until(reason) is None
    ]


def deprecations(schema: GraphQLSchema) -> Iterator[tuple[str, str]]:
    """Everything that is marked `@deprecated`, as a path and its reason."""
    for name, kind in schema.type_map.items():
        parts: dict[str, object] = {}
        if isinstance(kind, GraphQLObjectType | GraphQLInterfaceType):
            parts = {**kind.fields}
            for field, given in kind.fields.items():
                parts |= {f"{field}({argument}:)": taken for argument, taken in given.args.items()}
        elif isinstance(kind, GraphQLInputObjectType):
            parts = {**kind.fields}
        elif isinstance(kind, GraphQLEnumType):
            parts = {**kind.values}
        for part, what in parts.items():
            reason = getattr(what, "deprecation_reason", None)
            if reason is not None:
                yield f"{name}.{part}", reason


def until(reason: str) -> date | None:
    """The day up to which what is deprecated works; None where the reason names none."""
    found = DATED.search(reason)
    try:
        return date.fromisoformat(found.group(1)) if found else None
    except ValueError:
        return None


def main(arguments: list[str]) -> int:
    """The exit code: 1 where the schema must not be released."""
    if arguments == ["--release"]:
        RELEASED.write_text(SERVED.read_text("utf-8"), "utf-8")
        return 0
    released, served = (build_schema(path.read_text("utf-8")) for path in (RELEASED, SERVED))
    for change in find_dangerous_changes(released, served):
        print(f"mind: {change.description}")
    found = complaints(released, served, datetime.now(UTC).date())
    for line in found:
        print(f"refused: {line}", file=sys.stderr)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
