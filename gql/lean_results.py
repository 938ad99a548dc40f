"""The lean way through GraphQL for results: queries of `result` and `results` alone are read off the board, compiled.

A newsroom's question for everything about every result holds hundreds of thousands of values. graphql-core resolves
them one by one, and nobody else is served meanwhile; the selections that subscriptions are compiled to give the same
bytes in a fraction of that. Whatever else is asked, or is refused, is left to graphql-core.
"""

from collections import OrderedDict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import orjson
from graphql import (
    DocumentNode,
    Executor,
    FieldNode,
    GraphQLError,
    GraphQLSchema,
    OperationDefinitionNode,
    get_argument_values,
)
from graphql.execution.collect_fields import FieldDetails, collect_fields
from strawberry.types import ExecutionContext

from feed.board import ResultView
from feed.election_feed import ElectionFeed
from feed.selection import UnknownSelectionError, selection
from gql.access import Access
from gql.context import Context
from gql.errors import ApiError
from gql.selections import ResultSelection, UncompiledError, compile_result

# Each keeps what it rendered of the board as it stands: some 2 MB where it is everything.
PLANS_MAX = 32
VARIABLES_MAX = 4_000
LEAN_FIELDS = ("result", "results")


class _NotLeanError(Exception):
    """Left to graphql-core."""


@dataclass(slots=True)
class _Field:
    """One root field with its arguments; `compiled`: for the definition that was served last."""

    response: str
    name: str
    arguments: Mapping[str, Any]
    details: list[FieldDetails]
    compiled: tuple[object, ResultSelection] | None = None


@dataclass(frozen=True, slots=True)
class _Plan:
    executor: Executor[Any]
    fields: list[_Field]


class LeanResults:
    """Of one schema. `marks`: who may use each root field."""

    def __init__(self, schema: GraphQLSchema, marks: Mapping[str, type[Access]]) -> None:
        self._schema = schema
        self._marks = {name: marks[f"Query.{name}"]() for name in LEAN_FIELDS}
        self._plans: OrderedDict[tuple[str, str | None, bytes], _Plan] = OrderedDict()

    def answer(self, execution: ExecutionContext) -> dict[str, Any] | None:
        """The data of a query that passed all checks; None: let GraphQL execute it."""
        document, context = execution.graphql_document, execution.context
        if document is None or not isinstance(context, Context) or not _may_be_lean(document):
            return None
        try:
            plan = self._plan(execution, document)
            return {field.response: self._value(plan, field, context) for field in plan.fields}
        except (_NotLeanError, UncompiledError, UnknownSelectionError, ApiError):
            return None

    def _plan(self, execution: ExecutionContext, document: DocumentNode) -> _Plan:
        query, name, variables = execution.query or "", execution.operation_name, execution.variables or {}
        try:
            key = (query, name, orjson.dumps(variables, option=orjson.OPT_SORT_KEYS))
        except TypeError:
            raise _NotLeanError from None
        plan = self._plans.get(key)
        if plan is not None:
            self._plans.move_to_end(key)
            return plan
        plan = self._made(document, name, variables)
        if len(key[2]) <= VARIABLES_MAX:
            while len(self._plans) >= PLANS_MAX:
                self._plans.popitem(last=False)
            self._plans[key] = plan
        return plan

    def _made(self, document: DocumentNode, name: str | None, variables: dict[str, Any]) -> _Plan:
        executor = Executor.build(self._schema, document, raw_variable_values=variables, operation_name=name)
        root = self._schema.query_type
        if isinstance(executor, list) or root is None:
            raise _NotLeanError
        collected = collect_fields(
            self._schema, executor.fragments, executor.variable_values, root, executor.operation
        ).grouped_field_set
        fields = []
        for response, details in collected.items():
            node = details[0].node
            if node.name.value not in LEAN_FIELDS:
                raise _NotLeanError
            try:
                arguments = get_argument_values(root.fields[node.name.value], node, executor.variable_values)
            except GraphQLError:
                raise _NotLeanError from None
            if arguments.get("at") is not None:
                raise _NotLeanError
            fields.append(_Field(response, node.name.value, arguments, details))
        return _Plan(executor, fields)

    def _value(self, plan: _Plan, field: _Field, context: Context) -> Any:
        """Raises what stops it; GraphQL says it then."""
        self._marks[field.name].has_permission(None, SimpleNamespace(context=context))  # type: ignore[arg-type]
        if field.name == "results":
            feed = context.services.tail.feed(field.arguments["electionId"])
            if feed is None:
                raise _NotLeanError
            return [_shown(plan, field, feed, view) for view in _chosen(feed, field.arguments, context)]
        return self._one(plan, field, context)

    def _one(self, plan: _Plan, field: _Field, context: Context) -> Any:
        wanted, area = field.arguments["contestId"], field.arguments.get("areaId")
        feed = next((one for one in context.services.tail.feeds() if wanted in one.definition.contests), None)
        if feed is None:
            return None
        area = feed.definition.contests[wanted].area.id if area is None else area
        if feed.board.count(wanted, area) is None:
            return None
        (view,) = feed.views([(wanted, area)], visible=context.may_see(feed))
        return _shown(plan, field, feed, view)


def _may_be_lean(document: DocumentNode) -> bool:
    """By a look at the first field of each operation alone; the rest is found out once for each document."""
    operations = [one for one in document.definitions if isinstance(one, OperationDefinitionNode)]
    firsts = [one.selection_set.selections[0] for one in operations]
    return any(isinstance(first, FieldNode) and first.name.value in LEAN_FIELDS for first in firsts)


def _chosen(feed: ElectionFeed, given: Mapping[str, Any], context: Context) -> Iterable[ResultView]:
    chosen = selection(given.get("contestIds"), given.get("areaIds"), given.get("level"))
    chosen.check(feed.definition)
    return feed.views(chosen.keys(feed.definition), visible=context.may_see(feed))


def _shown(plan: _Plan, field: _Field, feed: ElectionFeed, view: ResultView) -> Any:
    definition = feed.definition
    if field.compiled is None or field.compiled[0] is not definition:
        field.compiled = (definition, compile_result(plan.executor, definition, field.details))
    return field.compiled[1](view)
