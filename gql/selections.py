"""A selection of results compiled once into plain getters, and encoded by them: the bytes that graphql-core would give.

Selections are collected by graphql-core itself, so fragments, directives, aliases and merged fields are as it has them.
What is not in `plain_fields` is not compiled. Each result is encoded once for each distinct selection of it.
"""

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from typing import Any
from weakref import WeakValueDictionary

import orjson
from graphql import Executor, GraphQLObjectType, get_argument_values
from graphql.execution.collect_fields import FieldDetails, collect_subfields

from db.definitions import ContestNode, ElectionDefinition
from feed.board import ResultView
from feed.updates import Update
from gql.plain_fields import LASTING, PLAIN, Child, Getter

INT_MAX = 2**31 - 1
DATED = ("ResultUpdate", "sentAt")
Make = Callable[[Any], Any]
Collected = Mapping[str, list[FieldDetails]]


class UncompiledError(Exception):
    """Left to graphql-core."""


class ResultSelection:
    """What is selected of a result; one for all operations that select the same of this definition's results."""

    __slots__ = ("__weakref__", "_make", "key")

    def __init__(self, key: Hashable, make: Make) -> None:
        self.key = key
        self._make = make

    def __call__(self, view: ResultView) -> orjson.Fragment:
        body = view.rendered.get(self)
        if body is None:
            _check_range(view)
            body = view.rendered[self] = orjson.dumps(self._make(view))
        return orjson.Fragment(body)


_selections: "WeakValueDictionary[Hashable, ResultSelection]" = WeakValueDictionary()


@dataclass(frozen=True, slots=True)
class Encoder:
    """Encodes whole answers of `resultUpdates`. `dated`: they say when they were sent, so that an old one is wrong."""

    response: str
    make: Make
    dated: bool

    def __call__(self, update: Update) -> bytes:
        return orjson.dumps({"data": {self.response: self.make(update)}})


def compile_update(
    executor: Executor[Any], definition: ElectionDefinition, response: str, details: list[FieldDetails]
) -> Encoder:
    """Raises UncompiledError."""
    compiler = _Compiler(executor, definition)
    _, make = compiler.selected("ResultUpdate", details)
    return Encoder(response, make, compiler.dated)


def compile_result(
    executor: Executor[Any], definition: ElectionDefinition, details: list[FieldDetails]
) -> ResultSelection:
    """What a query selects of a result. Raises UncompiledError."""
    _, make = _Compiler(executor, definition).selected("Result", details)
    assert isinstance(make, ResultSelection)
    return make


class _Compiler:
    def __init__(self, executor: Executor[Any], definition: ElectionDefinition) -> None:
        self._executor = executor
        self._definition = definition
        self.dated = False

    def selected(self, type_name: str, details: list[FieldDetails]) -> tuple[Hashable, Make]:
        """The selection as a key, equal for equal ones, and what makes the answer from an object."""
        executor = self._executor
        type_ = executor.schema.type_map[type_name]
        assert isinstance(type_, GraphQLObjectType)
        collected = collect_subfields(
            executor.schema, executor.fragments, executor.variable_values, executor.operation, type_, details
        ).grouped_field_set
        fields = {response: self._field(type_, found) for response, found in collected.items()}
        key = (type_name, tuple((response, part) for response, (part, _) in fields.items()))
        if type_name == "StandingRow":
            return key, _rows(
                self._definition, [(response, *self._row(found)) for response, found in collected.items()]
            )
        make = _object([(response, get) for response, (_, get) in fields.items()])
        if type_name == "Result":
            return key, self._result(key, make)
        return key, _lasting(make) if type_name in LASTING else make

    def _field(self, type_: GraphQLObjectType, details: list[FieldDetails]) -> tuple[Hashable, Make]:
        name = details[0].node.name.value
        if name == "__typename":
            return (name,), lambda _node: type_.name
        self.dated = self.dated or (type_.name, name) == DATED
        plain = PLAIN[type_.name].get(name)
        if plain is None:
            raise UncompiledError(f"{type_.name}.{name}")
        arguments = get_argument_values(
            type_.fields[name], details[0].node, self._executor.variable_values, details[0].fragment_variable_values
        )
        key = (name, tuple(arguments.items()))
        if not isinstance(plain, Child):
            return key, plain(self._definition, arguments)
        below, make = self.selected(plain.type_name, details)
        return (*key, below), _children(plain, plain.get(self._definition, arguments), make)

    def _row(self, details: list[FieldDetails]) -> tuple[bool, Make]:
        """Whether it is of the candidate; what makes it from the row, or from the candidate."""
        if details[0].node.name.value == "candidate":
            return True, self.selected("Candidate", details)[1]
        return False, self._field(self._executor.schema.type_map["StandingRow"], details)[1]  # type: ignore[arg-type]

    def _result(self, key: Hashable, make: Make) -> ResultSelection:
        whole = (self._definition.epoch, self._definition.id, key)
        found = _selections.get(whole)
        if found is None:
            found = _selections[whole] = ResultSelection(whole, make)
        return found


def _object(fields: list[tuple[str, Getter]]) -> Make:
    return lambda node: {response: get(node) for response, get in fields}


def _children(plain: Child, get: Getter, make: Make) -> Make:
    if plain.type_name == "StandingRow":
        return make
    if plain.many:
        return lambda node: [make(child) for child in get(node)]
    return lambda node: None if (child := get(node)) is None else make(child)


def _lasting(make: Make) -> Make:
    """Encoded once an object; those of a definition last as long as the compiled selection."""
    made: dict[Any, orjson.Fragment] = {}

    def encoded(node: Any) -> orjson.Fragment:
        found = made.get(node)
        if found is None:
            found = made[node] = orjson.Fragment(orjson.dumps(make(node)))
        return found

    return encoded


def _rows(definition: ElectionDefinition, fields: list[tuple[str, bool, Make]]) -> Make:
    """Rows of a result, whose candidates are looked up by place in the result's contest."""
    by_contest: dict[str, Make] = {}

    def of_contest(contest: ContestNode) -> Make:
        def bound(make: Make) -> Make:
            candidates = [make(candidate) for candidate in contest.candidates]
            return lambda row: candidates[row.place]

        return _object([(response, bound(make) if named else make) for response, named, make in fields])

    def rows(view: ResultView) -> list[Any]:
        make = by_contest.get(view.contest.id)
        if make is None:
            make = by_contest[view.contest.id] = of_contest(definition.contests[view.contest.id])
        return [make(row) for row in view.rows]

    return rows


def _check_range(view: ResultView) -> None:
    """GraphQL's Int has 32 bits; what lies beyond them is for graphql-core to tell."""
    count = view.count
    if max(*count.votes, count.registered, count.ballots_cast, count.at_most, 0) > INT_MAX:
        raise UncompiledError("a number beyond 32 bits")
