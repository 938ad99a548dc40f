"""What a subscription asks for, so that equal ones are known: document, operation, variables without `after`."""

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson
from graphql import (
    DocumentNode,
    Executor,
    GraphQLError,
    GraphQLObjectType,
    VariableNode,
    Visitor,
    get_argument_values,
    print_ast,
    visit,
)
from graphql.execution.collect_fields import FieldDetails, collect_fields
from strawberry import Schema
from strawberry.types.graphql import OperationType

from feed.position import Position, decode

AFTER = "after"
DOCUMENTS_MAX = 512
ASKED_MAX = 8_192


@dataclass(frozen=True, slots=True, eq=False)
class Asked:
    """`field`: the root field's name, `response` the key that its answer stands under; `key`: equal for equal ones.

    `variables` are those that were sent, without the one that holds the position to continue from.
    """

    query: str
    operation_name: str | None
    variables: Mapping[str, Any]
    field: str
    response: str
    arguments: Mapping[str, Any]
    after: Position | None
    key: tuple[str, str | None, bytes]
    executor: Executor[Any]
    details: list[FieldDetails]


class Reading:
    """Reads requests, and remembers the latest: thousands of clients send the same."""

    def __init__(self, schema: Schema) -> None:
        self._schema = schema
        self._documents: OrderedDict[tuple[str, str | None], DocumentNode | None] = OrderedDict()
        self._asked: OrderedDict[tuple[str, str | None, bytes], Asked | None] = OrderedDict()

    async def read(self, query: str, variables: Mapping[str, Any] | None, operation_name: str | None) -> Asked | None:
        """None for what is no valid subscription to one field; Strawberry itself tells what is wrong with it."""
        sent = dict(variables or {})
        try:
            key = (query, operation_name, orjson.dumps(sent, option=orjson.OPT_SORT_KEYS))
        except TypeError:
            return None
        if key not in self._asked:
            document = await self._document(query, operation_name)
            _remember(self._asked, key, document and self._read(query, document, operation_name, sent), ASKED_MAX)
        return self._asked.get(key)

    async def _document(self, query: str, operation_name: str | None) -> DocumentNode | None:
        """Parsed, and valid by all that the schema's extensions check; None otherwise."""
        key = (query, operation_name)
        if key not in self._documents:
            _remember(self._documents, key, await self._prepared(query, operation_name), DOCUMENTS_MAX)
        return self._documents.get(key)

    async def _prepared(self, query: str, operation_name: str | None) -> DocumentNode | None:
        schema = self._schema
        context = schema._create_execution_context(
            query=query, allowed_operation_types=(OperationType.SUBSCRIPTION,), operation_name=operation_name
        )
        extensions = schema.get_extensions()
        for extension in extensions:
            extension.execution_context = context
        runner = schema.create_extensions_runner(context, extensions)
        try:
            async with runner.operation():
                refused = await schema._prepare_operation_async(context=context, extensions_runner=runner)
                return None if refused else context.graphql_document
        except Exception:
            # Whatever stops it stops it again in Strawberry's own execution, where the client is told.
            return None

    def _read(self, query: str, document: DocumentNode, name: str | None, sent: dict[str, Any]) -> Asked | None:
        schema = self._schema._schema
        executor = Executor.build(schema, document, raw_variable_values=sent, operation_name=name)
        root = schema.subscription_type
        if isinstance(executor, list) or root is None:
            return None
        try:
            return _asked(executor, root, query, document, name, sent)
        except GraphQLError:
            return None


def _asked(
    executor: Executor[Any],
    root: GraphQLObjectType,
    query: str,
    document: DocumentNode,
    name: str | None,
    sent: dict[str, Any],
) -> Asked | None:
    collected = collect_fields(
        executor.schema, executor.fragments, executor.variable_values, root, executor.operation
    ).grouped_field_set
    if len(collected) != 1:
        return None
    ((response, details),) = collected.items()
    node = details[0].node
    arguments = get_argument_values(root.fields[node.name.value], node, executor.variable_values)
    declared = {definition.variable.name.value for definition in executor.operation.variable_definitions or ()}
    left_out = {variable for detail in details if (variable := _after_variable(detail))}
    kept = {name: value for name, value in sent.items() if name in declared}
    if len(left_out) == 1 and _uses(document, *left_out) == len(details):
        kept = {name: value for name, value in kept.items() if name not in left_out}
    after = arguments.get(AFTER)
    return Asked(
        query=query,
        operation_name=name,
        variables=kept,
        field=node.name.value,
        response=response,
        arguments=arguments,
        after=None if after is None else decode(after),
        key=(print_ast(document), name, orjson.dumps(kept, option=orjson.OPT_SORT_KEYS)),
        executor=executor,
        details=details,
    )


def _after_variable(detail: FieldDetails) -> str | None:
    values = (argument.value for argument in detail.node.arguments or () if argument.name.value == AFTER)
    return next((value.name.value for value in values if isinstance(value, VariableNode)), None)


def _uses(document: DocumentNode, name: str) -> int:
    """How often the variable is used, its declaration left aside."""
    counter = _Uses(name)
    visit(document, counter)
    return counter.count - counter.declared


class _Uses(Visitor):
    def __init__(self, name: str) -> None:
        super().__init__()
        self.name = name
        self.count = self.declared = 0

    def enter_variable(self, node: VariableNode, *_: Any) -> None:
        self.count += node.name.value == self.name

    def enter_variable_definition(self, node: Any, *_: Any) -> None:
        self.declared += node.variable.name.value == self.name


def _remember(known: OrderedDict[Any, Any], key: object, value: object, most: int) -> None:
    while len(known) >= most:
        known.popitem(last=False)
    known[key] = value
