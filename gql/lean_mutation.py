"""The lean way through GraphQL for tallies: a document that is known is not executed anew for each of its calls.

A document of one `submitTally` or `submitTallies` whose argument is one variable is taken apart once, after GraphQL
has executed it without an error: so it passed every check that there is. Its further calls are read (lean_input),
handed to the resolver, and shown (lean_answer): byte for byte what GraphQL answers. Where a call or its answer is of
another shape, GraphQL executes the document; what the resolver gave by then is kept for it, and nothing is done twice.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import orjson
from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    GraphQLField,
    GraphQLList,
    GraphQLNonNull,
    GraphQLUnionType,
    OperationDefinitionNode,
    OperationType,
    VariableNode,
    type_from_ast,
)
from strawberry import Schema

from gql.context import Context, Outcome
from gql.lean_answer import NotLeanError, Show, collect, show_union
from gql.lean_input import IrregularError, Read, read_input

DOCUMENTS_REMEMBERED = 512
LEAN_FIELDS = frozenset({"submitTally", "submitTallies"})
Resolve = Callable[..., Awaitable[Any]]


@dataclass(frozen=True, slots=True)
class LeanMutation:
    """One document, taken apart. `key`: the answer's name in it; `argument` is what the variable is given to."""

    key: str
    variable: str
    argument: str
    read: Read
    resolve: Resolve
    show: Show

    async def answer(self, context: Context, variables: Mapping[str, Any] | None) -> bytes | None:
        """The answer's JSON; None: let GraphQL execute it, with what is done by then in `context.outcome`."""
        if variables is None or self.variable not in variables:
            return None
        try:
            value = self.read(variables[self.variable])
        except IrregularError:
            return None
        try:
            result = await self.resolve(None, SimpleNamespace(context=context), **{self.argument: value})
        except Exception as error:
            context.outcome = Outcome(error=error)
            return None
        try:
            return orjson.dumps({"data": {self.key: self.show(result)}})
        except NotLeanError:
            context.outcome = Outcome(value=result)
            return None


class LeanMutations:
    """Those of one schema, by document and operation."""

    def __init__(self, schema: Schema) -> None:
        self._schema = schema
        self._known: dict[tuple[str, str | None], LeanMutation | None] = {}

    def find(self, query: str, operation_name: str | None) -> LeanMutation | None:
        """None: not lean, or not seen yet."""
        return self._known.get((query, operation_name))

    def learn(self, query: str, operation_name: str | None, document: DocumentNode | None) -> None:
        """To be told of each document that was executed without an error, as it was parsed; None: not at hand."""
        # Other mutations and all queries are not looked into.
        if document is None or "submitTall" not in query or (query, operation_name) in self._known:
            return
        if len(self._known) >= DOCUMENTS_REMEMBERED:
            self._known.clear()
        try:
            self._known[query, operation_name] = self._take_apart(document)
        except NotLeanError:
            self._known[query, operation_name] = None

    def _take_apart(self, document: DocumentNode) -> LeanMutation:
        operation = _only([node for node in document.definitions if isinstance(node, OperationDefinitionNode)])
        if operation.operation is not OperationType.MUTATION or operation.directives:
            raise NotLeanError
        fragments = {node.name.value: node for node in document.definitions if isinstance(node, FragmentDefinitionNode)}
        return self._lean(operation, fragments)

    def _lean(self, operation: OperationDefinitionNode, fragments: dict[str, FragmentDefinitionNode]) -> LeanMutation:
        root = self._schema._schema.mutation_type
        if root is None:
            raise NotLeanError
        grouped: dict[str, list[FieldNode]] = {}
        collect(self._schema._schema, root, operation.selection_set.selections, fragments, grouped, set())
        key, nodes = _only(list(grouped.items()))
        field = root.fields.get(nodes[0].name.value)
        if field is None or nodes[0].name.value not in LEAN_FIELDS or field.resolve is None:
            raise NotLeanError
        variable, argument = self._variable(operation, nodes[0], field)
        return LeanMutation(
            key=key,
            variable=variable,
            argument=argument,
            read=read_input(field.args[argument].type),
            resolve=field.resolve,
            show=_show(self._schema, field, nodes, fragments),
        )

    def _variable(self, operation: OperationDefinitionNode, node: FieldNode, field: GraphQLField) -> tuple[str, str]:
        """The one variable and the one argument that it is for, of the very same type."""
        definition, given = _only(operation.variable_definitions), _only(node.arguments)
        argument = _only(list(field.args))
        if definition.default_value is not None or definition.directives or not isinstance(given.value, VariableNode):
            raise NotLeanError
        if str(type_from_ast(self._schema._schema, definition.type)) != str(field.args[argument].type):
            raise NotLeanError
        if field.args[argument].out_name not in (None, argument):
            raise NotLeanError
        return definition.variable.name.value, argument


def _only(several: Any) -> Any:
    """The one there is; raises NotLeanError."""
    if not several or len(several) != 1:
        raise NotLeanError
    return several[0]


def _show(
    schema: Schema, field: GraphQLField, nodes: list[FieldNode], fragments: dict[str, FragmentDefinitionNode]
) -> Show:
    """A union, or a list of them; none of it ever null."""
    type_ = field.type.of_type if isinstance(field.type, GraphQLNonNull) else field.type
    if isinstance(type_, GraphQLUnionType):
        return show_union(schema, type_, nodes, fragments)
    item = type_.of_type if isinstance(type_, GraphQLList) else None
    member = item.of_type if isinstance(item, GraphQLNonNull) else item
    if not isinstance(member, GraphQLUnionType):
        raise NotLeanError
    show = show_union(schema, member, nodes, fragments)
    return lambda results: [show(result) for result in results]
