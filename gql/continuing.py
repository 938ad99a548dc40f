"""Where a subscription continues, told apart from what it asks: readers who ask the same at other positions are equal.

`after` may come in a variable, stand in the document as it is, or be a variable's default; what is left without it is
the same text for all.
"""

from collections import Counter
from dataclasses import dataclass
from typing import Any

from graphql import (
    REMOVE,
    ArgumentNode,
    DocumentNode,
    GraphQLObjectType,
    GraphQLSchema,
    OperationDefinitionNode,
    StringValueNode,
    TypeInfo,
    TypeInfoVisitor,
    VariableDefinitionNode,
    VariableNode,
    Visitor,
    print_ast,
    visit,
)

AFTER = "after"


@dataclass(frozen=True, slots=True, eq=False)
class Document:
    """A valid one. `variable`: the one that holds the position and nothing else; `text`: normalised, without it.

    `positioned`: a position stands in the query itself, so that equal ones differ in their texts.
    """

    query: str
    parsed: DocumentNode
    variable: str | None
    text: str
    positioned: bool


def taken_apart(schema: GraphQLSchema, query: str, parsed: DocumentNode, name: str | None) -> Document:
    """`name`: of the operation that is asked for, where there are several."""
    info = TypeInfo(schema)
    uses = _Uses(info, schema.subscription_type)
    visit(parsed, TypeInfoVisitor(info, uses))
    declared = {
        definition.variable.name.value
        for operation in parsed.definitions
        if isinstance(operation, OperationDefinitionNode) and _is(operation, name)
        for definition in operation.variable_definitions or ()
    }
    found = [one for one, count in uses.positions.items() if one in declared and uses.all[one] == count]
    variable = found[0] if len(found) == 1 else None
    info = TypeInfo(schema)
    left = _Left(info, schema.subscription_type, variable)
    text = print_ast(visit(parsed, TypeInfoVisitor(info, left)))
    return Document(query, parsed, variable, text, left.took)


def _is(operation: OperationDefinitionNode, name: str | None) -> bool:
    return not name or (operation.name is not None and operation.name.value == name)


class _OfRoot(Visitor):
    def __init__(self, info: TypeInfo, root: GraphQLObjectType | None) -> None:
        super().__init__()
        self._info = info
        self._root = root

    def _is_position(self, node: ArgumentNode) -> bool:
        return node.name.value == AFTER and self._info.get_parent_type() is self._root


class _Uses(_OfRoot):
    """How often each variable is used, and how often as the root field's position."""

    def __init__(self, info: TypeInfo, root: GraphQLObjectType | None) -> None:
        super().__init__(info, root)
        self.all: Counter[str] = Counter()
        self.positions: Counter[str] = Counter()

    def enter_variable(self, node: VariableNode, *_: Any) -> None:
        self.all[node.name.value] += 1

    def enter_variable_definition(self, node: VariableDefinitionNode, *_: Any) -> None:
        self.all[node.variable.name.value] -= 1

    def enter_argument(self, node: ArgumentNode, *_: Any) -> None:
        if self._is_position(node) and isinstance(node.value, VariableNode):
            self.positions[node.value.name.value] += 1


class _Left(_OfRoot):
    """The document without the positions that stand in it."""

    def __init__(self, info: TypeInfo, root: GraphQLObjectType | None, variable: str | None) -> None:
        super().__init__(info, root)
        self._variable = variable
        self.took = False

    def enter_argument(self, node: ArgumentNode, *_: Any) -> Any:
        if not (self._is_position(node) and isinstance(node.value, StringValueNode)):
            return None
        self.took = True
        return REMOVE

    def enter_variable_definition(self, node: VariableDefinitionNode, *_: Any) -> Any:
        if node.variable.name.value != self._variable or node.default_value is None:
            return None
        self.took = True
        return VariableDefinitionNode(variable=node.variable, type=node.type, directives=node.directives)
