"""The reference of the schema: a page a kind, made from the descriptions in the SDL and the marks of access."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from graphql import (
    GraphQLArgument,
    GraphQLEnumType,
    GraphQLField,
    GraphQLInputField,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLScalarType,
    GraphQLSchema,
    GraphQLUnionType,
    build_schema,
    get_named_type,
    is_introspection_type,
    is_specified_directive,
    is_specified_scalar_type,
    print_ast,
)

from docs_site.examples import examples_by_field
from gql.access import check_marks
from gql.schema.build import build_schema as build_served

SDL = Path(__file__).parent.parent / "gql" / "schema" / "schema.graphql"
WHO = {
    "Public": "everybody",
    "Reading": "everybody, from COUNTING on; holders of a token alone where the operator demands it",
    "Reporting": "volunteers, editors and operators",
    "Editing": "editors",
    "Overseeing": "editors and operators",
    "Operating": "operators",
}
PAGES = {
    "queries": ("Queries", "What can be asked. Everything is under `/graphql`, by POST, GET or a WebSocket."),
    "mutations": ("Mutations", "What can be done. Expected outcomes are members of a union, never errors."),
    "subscriptions": ("Subscriptions", "What is told as it happens, over a WebSocket or as server-sent events."),
    "objects": ("Objects", "What answers are made of."),
    "inputs": ("Inputs", "What mutations take."),
    "enums": ("Enums", "Words that stand for one of a few things."),
    "unions": ("Unions", "One of several objects: ask for `__typename`, and select by `... on`."),
    "scalars": ("Scalars and directives", "Values, and what the schema says about the cost of a field."),
}
ROOTS = {"Query": "queries", "Mutation": "mutations", "Subscription": "subscriptions"}
KINDS: list[tuple[type[GraphQLNamedType], str]] = [
    (GraphQLObjectType, "objects"),
    (GraphQLInterfaceType, "objects"),
    (GraphQLInputObjectType, "inputs"),
    (GraphQLEnumType, "enums"),
    (GraphQLUnionType, "unions"),
    (GraphQLScalarType, "scalars"),
]
INTRODUCTION = """# The schema

Made from the schema that is served, at each build. `/schema.graphql` of any node has the same as a file, GraphiQL at
`/graphql` the same to try out.

- `!` means never null. Where null may be, the description says what it means: not legible, not known. Never 0.
- Ids are `<election id>/<code>`; a [`Cursor`](scalars.md#Cursor) is opaque, and valid on every node, across restarts.
- Who may use a root field stands beside it. A token is sent as `Authorization: Bearer …`, or in `connection_init`.
- A field that goes is marked as deprecated first, with a date, and struck through here.

"""


@dataclass(frozen=True)
class Reference:
    """All pages of one schema; `marks` say who may use each root field, `examples` which example queries ask for it."""

    schema: GraphQLSchema
    marks: dict[str, str] = field(default_factory=dict)
    examples: dict[str, list[str]] = field(default_factory=dict)

    def pages(self) -> dict[str, str]:
        """The name of each page to its text in Markdown."""
        types = sorted(self.types(), key=lambda one: one.name)
        pages = {"index": INTRODUCTION + self._contents(types)}
        for name, (title, what) in PAGES.items():
            inside = [self._of_type(one) for one in types if self.page_of(one) == name]
            pages[name] = f"# {title}\n\n{what}\n\n" + "\n".join(inside)
        pages["scalars"] += self._directives()
        return pages

    def types(self) -> Iterator[GraphQLNamedType]:
        for one in self.schema.type_map.values():
            if not is_introspection_type(one) and not is_specified_scalar_type(one):
                yield one

    def page_of(self, one: GraphQLNamedType) -> str:
        return ROOTS.get(one.name) or next(page for kind, page in KINDS if isinstance(one, kind))

    @cached_property
    def used_by(self) -> dict[str, list[str]]:
        """The name of a type to the fields that give or take it, as "Query.result"."""
        found: dict[str, list[str]] = defaultdict(list)
        for one in sorted(self.types(), key=lambda one: one.name):
            for name, member in getattr(one, "fields", {}).items():
                named = [get_named_type(member.type)]
                named += [get_named_type(argument.type) for argument in getattr(member, "args", {}).values()]
                for used in dict.fromkeys(each.name for each in named):
                    found[used].append(f"{one.name}.{name}")
            for member in getattr(one, "types", ()):
                found[member.name].append(one.name)
        return found

    def _contents(self, types: list[GraphQLNamedType]) -> str:
        lines = []
        for name, (title, _) in PAGES.items():
            inside = [one for one in types if self.page_of(one) == name]
            links = [f"[{one.name}]({name}.md#{one.name})" for one in inside]
            if inside and name in ROOTS.values():
                links = [f"[{each}]({name}.md#{inside[0].name}.{each})" for each in getattr(inside[0], "fields", ())]
            lines.append(f"## {title}\n\n" + " · ".join(links) + "\n")
        return "\n".join(lines)

    def _of_type(self, one: GraphQLNamedType) -> str:
        heading = "" if one.name in ROOTS else f"## {one.name} {{#{one.name}}}\n\n"
        text = [heading, _paragraph(one.description)]
        if isinstance(one, GraphQLEnumType):
            text += [
                _member(f"{one.name}.{name}", f"`{name}`", value.deprecation_reason, value.description)
                for name, value in one.values.items()
            ]
        elif isinstance(one, GraphQLUnionType):
            text.append("One of " + ", ".join(self._link(member.name) for member in one.types) + ".\n\n")
        elif isinstance(one, GraphQLScalarType) and one.specified_by_url:
            text.append(f"[Specification]({one.specified_by_url})\n\n")
        else:
            text += [self._of_field(one.name, name, member) for name, member in getattr(one, "fields", {}).items()]
        if one.name in ROOTS:
            return f'<a id="{one.name}"></a>\n\n' + "".join(text)
        return "".join(text) + self._uses(one)

    def _uses(self, one: GraphQLNamedType) -> str:
        used = self.used_by.get(one.name, [])
        said = ", ".join(self._link(where) for where in used)
        return f"Used by {said}.\n{{ .uses }}\n\n" if used else ""

    def _of_field(self, owner: str, name: str, member: GraphQLField | GraphQLInputField) -> str:
        """A field of an object or of an input; the roots' are headings of their own."""
        path = f"{owner}.{name}"
        default = _default(member)
        line = f"`{name}`: {self._typed(member.type)}{default}"
        said = [_paragraph(member.description)]
        if owner in ROOTS:
            said += [self._access(path), self._examples(path)]
        arguments = "".join(self._argument(path, *one) for one in getattr(member, "args", {}).items())
        if arguments:
            said.append(f"{arguments}\n")
        heading = f"## {name} {{#{path}}}\n\n" if owner in ROOTS else ""
        return heading + _member("" if heading else path, line, member.deprecation_reason, "".join(said))

    def _argument(self, path: str, name: str, argument: GraphQLArgument) -> str:
        gone = f" **Deprecated**: {argument.deprecation_reason}" if argument.deprecation_reason else ""
        said = f" {_line(argument.description)}" if argument.description else ""
        anchor = f'<a id="{path}.{name}"></a>'
        return f"- {anchor}`{name}`: {self._typed(argument.type)}{_default(argument)}{said}{gone}\n"

    def _access(self, path: str) -> str:
        mark = self.marks.get(path)
        return f"Who: {WHO[mark]}.\n{{ .who }}\n\n" if mark else ""

    def _examples(self, path: str) -> str:
        names = self.examples.get(path, [])
        links = ", ".join(f"[{name}](../../example_queries/{name}.graphql)" for name in names)
        return f"Examples: {links}.\n{{ .who }}\n\n" if names else ""

    def _typed(self, type_: Any) -> str:
        """The type as SDL writes it, linked where it is one of ours."""
        named = get_named_type(type_)
        return f"`{type_}`" if is_specified_scalar_type(named) else self._link(named.name, str(type_))

    def _link(self, path: str, text: str = "") -> str:
        owner = self.schema.type_map[path.split(".")[0]]
        return f"[`{text or path}`]({self.page_of(owner)}.md#{path})"

    def _directives(self) -> str:
        ours = [one for one in self.schema.directives if not is_specified_directive(one)]
        parts = []
        for one in ours:
            arguments = "".join(self._argument(f"@{one.name}", *each) for each in one.args.items())
            where = ", ".join(f"`{place.name}`" for place in one.locations)
            parts.append(
                f"## @{one.name} {{#@{one.name}}}\n\n{_paragraph(one.description)}On {where}.\n\n{arguments}\n"
            )
        return "\n".join(parts)


def _member(path: str, line: str, gone: str | None, said: str | None) -> str:
    """One field or value, under an anchor of its own; struck through where it is to go."""
    anchor = f' id="{path}"' if path else ""
    classes = "member gone" if gone else "member"
    reason = f"**Deprecated**: {gone}\n\n" if gone else ""
    return (
        f'<div class="{classes}"{anchor} markdown>\n\n{line}\n{{ .signature }}\n\n{reason}{_paragraph(said)}</div>\n\n'
    )


def _default(member: Any) -> str:
    """As the SDL writes it; null is what everybody expects."""
    node = getattr(member.ast_node, "default_value", None)
    written = print_ast(node) if node else "null"
    return "" if written == "null" else f" = `{written}`"


def _paragraph(text: str | None) -> str:
    """A line of the description stays a line."""
    return "  \n".join(text.strip().splitlines()) + "\n\n" if text else ""


def _line(text: str) -> str:
    return " ".join(text.split())


def reference() -> Reference:
    """Of the schema that this checkout serves."""
    marks = {path: mark.__name__ for path, mark in check_marks(build_served()).items()}
    return Reference(build_schema(SDL.read_text()), marks, examples_by_field())
