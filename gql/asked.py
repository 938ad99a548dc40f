"""What a subscription asks for, so that equal ones are known: document, operation, variables without `after`."""

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import orjson
from graphql import DocumentNode, Executor, GraphQLError, GraphQLObjectType, get_argument_values
from graphql.execution.collect_fields import FieldDetails, collect_fields
from strawberry import Schema
from strawberry.types.graphql import OperationType

from feed.position import BadCursorError, Position, decode
from gql.continuing import AFTER, Document, taken_apart

DOCUMENTS_MAX = 512
ASKED_MAX = 2_048
# What is longer is read each time: strangers decide how long it is.
REMEMBERED_CHARACTERS_MAX = 20_000


@dataclass(frozen=True, slots=True, eq=False)
class Asked:
    """`field`: the root field's name, `response` the key that its answer stands under; `key`: equal for equal ones.

    `text`: the query, where all who ask the same could have sent it so; None where a position stands in it.
    `variables`: those that were sent by one who asked so, a position among them that is not every reader's.
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
    document: DocumentNode
    details: list[FieldDetails]
    text: str | None


class Reading:
    """Reads requests and remembers the latest: thousands of clients send the same, and come back at other positions."""

    def __init__(self, schema: Schema) -> None:
        self._schema = schema
        self._documents: OrderedDict[tuple[str, str | None], Document | None] = OrderedDict()
        self._asked: OrderedDict[tuple[Document, type, bytes], Asked] = OrderedDict()

    async def read(self, query: str, variables: Mapping[str, Any] | None, operation_name: str | None) -> Asked | None:
        """None for what is no valid subscription to one field; Strawberry itself tells what is wrong with it."""
        document = await self._document(query, operation_name)
        if document is None:
            return None
        sent = dict(variables or {})
        cursor = sent.pop(document.variable, ...) if document.variable else ...
        try:
            kept = orjson.dumps(sent, option=orjson.OPT_SORT_KEYS)
            after = decode(cursor) if isinstance(cursor, str) else None
        except (TypeError, BadCursorError):
            return None
        # Sent as null, or not at all, it is another question: it may be required, or have a default.
        key = (document, type(cursor), kept)
        asked = self._asked.get(key)
        if asked is None:
            asked = self._read(document, operation_name, dict(variables or {}))
            if asked is not None and len(document.query) + len(kept) <= REMEMBERED_CHARACTERS_MAX:
                _remember(self._asked, key, asked, ASKED_MAX)
        return asked if asked is None or after is None else replace(asked, after=after)

    async def _document(self, query: str, operation_name: str | None) -> Document | None:
        """Valid by all that the schema's extensions check; None otherwise."""
        key = (query, operation_name)
        if key in self._documents:
            return self._documents[key]
        document = await self._prepared(query, operation_name)
        if len(query) + len(operation_name or "") <= REMEMBERED_CHARACTERS_MAX:
            _remember(self._documents, key, document, DOCUMENTS_MAX)
        return document

    async def _prepared(self, query: str, operation_name: str | None) -> Document | None:
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
                if refused or context.graphql_document is None:
                    return None
                return taken_apart(schema._schema, query, context.graphql_document, operation_name)
        except Exception:
            # Whatever stops it stops it again in Strawberry's own execution, where the client is told.
            return None

    def _read(self, document: Document, name: str | None, sent: dict[str, Any]) -> Asked | None:
        schema = self._schema._schema
        executor = Executor.build(schema, document.parsed, raw_variable_values=sent, operation_name=name)
        root = schema.subscription_type
        if isinstance(executor, list) or root is None:
            return None
        try:
            return _asked(executor, root, document, name, sent)
        except GraphQLError:
            return None


def _asked(
    executor: Executor[Any], root: GraphQLObjectType, document: Document, name: str | None, sent: dict[str, Any]
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
    known = {name: value for name, value in sent.items() if name in declared}
    kept = {name: value for name, value in known.items() if name != document.variable}
    after = arguments.get(AFTER)
    return Asked(
        query=document.query,
        operation_name=name,
        variables=known,
        field=node.name.value,
        response=response,
        arguments=arguments,
        after=None if after is None else decode(after),
        key=(document.text, name, orjson.dumps(kept, option=orjson.OPT_SORT_KEYS)),
        executor=executor,
        document=document.parsed,
        details=details,
        text=None if document.positioned else document.query,
    )


def _remember(known: OrderedDict[Any, Any], key: object, value: object, most: int) -> None:
    while len(known) >= most:
        known.popitem(last=False)
    known[key] = value
