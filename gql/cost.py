"""What a document may cost, before it is executed: the number of values that its answer may hold, weights included.

Derived from the schema alone: `first` says how long a page is, the marks of gql/schema/types/marks.py how long other
lists may be and what is dear; a list without a mark is taken for LIST_SIZE long. An upper bound in most cases, not a
forecast: what directives leave out is counted, and of a union's members all.
"""

from collections import OrderedDict
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLArgument,
    GraphQLField,
    GraphQLNamedType,
    GraphQLSchema,
    InlineFragmentNode,
    NullValueNode,
    OperationDefinitionNode,
    SelectionNode,
    SelectionSetNode,
    ValueNode,
    VariableNode,
    get_named_type,
    get_nullable_type,
    is_list_type,
    is_object_type,
    value_from_ast_untyped,
)
from graphql.utilities.coerce_input_value import coerce_default_value

from gql.limits import DOCUMENTS_REMEMBERED, PAGE_MAX
from gql.schema.types.marks import Cost, ListSize

LIST_SIZE = 20
PAGE_ARGUMENT = "first"
PAGE_SIZE = 50
COSTS_REMEMBERED = 4 * DOCUMENTS_REMEMBERED.default
DEFINITION = "strawberry-definition"
MISSING = "missing"
Given = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class _Sized:
    """How a field's lists are sized: by a page's argument (`page`: its default), by a mark, or neither.

    `lists`: the names of the lists right below it; `arguments`: what giving one costs.
    """

    weight: int
    is_list: bool
    page: int | None
    lists: tuple[str, ...]
    mark: ListSize | None
    arguments: Mapping[str, int]


class Costs:
    """Of the documents of one schema; they are valid ones."""

    def __init__(self, schema: GraphQLSchema) -> None:
        self._schema = schema
        self._sized: dict[tuple[str, str], _Sized] = {}
        self._variables: OrderedDict[Hashable, tuple[str, ...]] = OrderedDict()
        self._known: OrderedDict[Hashable, int] = OrderedDict()

    def of(self, document: DocumentNode, query: str, name: str | None, variables: Given | None) -> int:
        """`query`: the document's text. Worked out once for the same sizes of lists and pages."""
        given, used = variables or {}, self._variables.get((query, name))
        if used is not None and (known := self._known.get((query, name, _extents(used, given)))) is not None:
            return known
        walk = _Walk(self, document, name, given)
        cost = walk.cost()
        used = tuple(sorted(walk.used))
        _remember(self._variables, (query, name), used, DOCUMENTS_REMEMBERED.default)
        _remember(self._known, (query, name, _extents(used, given)), cost, COSTS_REMEMBERED)
        return cost

    def root(self, operation: OperationDefinitionNode) -> GraphQLNamedType | None:
        return self._schema.get_root_type(operation.operation)

    def named(self, name: str) -> GraphQLNamedType | None:
        return self._schema.get_type(name)

    def field(self, parent: GraphQLNamedType, name: str) -> GraphQLField | None:
        return self._schema.get_field(parent, name)  # type: ignore[arg-type]

    def sized(self, parent: GraphQLNamedType, name: str, field: GraphQLField) -> _Sized:
        key = (parent.name, name)
        if key not in self._sized:
            self._sized[key] = _read_marks(self._schema, field, name)
        return self._sized[key]


class _Walk:
    def __init__(self, costs: Costs, document: DocumentNode, name: str | None, given: Given) -> None:
        self._costs = costs
        self._fragments = {
            node.name.value: node for node in document.definitions if isinstance(node, FragmentDefinitionNode)
        }
        operations = [node for node in document.definitions if isinstance(node, OperationDefinitionNode)]
        self._operation = next(
            (node for node in operations if name is None or (node.name and node.name.value == name)), None
        )
        self._given = given
        self._defaults = {
            one.variable.name.value: value_from_ast_untyped(one.default_value)
            for one in (self._operation.variable_definitions or () if self._operation else ())
            if one.default_value is not None
        }
        self._spread: dict[Hashable, int] = {}
        self.used: set[str] = set()

    def cost(self) -> int:
        root = self._costs.root(self._operation) if self._operation else None
        if self._operation is None or root is None:
            return 0
        return self._selection(root, self._operation.selection_set, {})

    def _selection(self, parent: GraphQLNamedType, selections: SelectionSetNode, below: Mapping[str, int]) -> int:
        """`below`: the lengths of lists of this selection that its own parent field says."""
        return sum(self._one(parent, node, below) for node in selections.selections)

    def _one(self, parent: GraphQLNamedType, node: SelectionNode, below: Mapping[str, int]) -> int:
        if isinstance(node, FieldNode):
            return self._field(parent, node, below)
        if isinstance(node, FragmentSpreadNode):
            return self._fragment(node.name.value, below)
        assert isinstance(node, InlineFragmentNode)
        on = self._costs.named(node.type_condition.name.value) if node.type_condition else parent
        return self._selection(on or parent, node.selection_set, below)

    def _fragment(self, name: str, below: Mapping[str, int]) -> int:
        key = (name, tuple(below.items()))
        if key not in self._spread:
            self._spread[key] = 0
            node = self._fragments.get(name)
            on = node and self._costs.named(node.type_condition.name.value)
            if node and on:
                self._spread[key] = self._selection(on, node.selection_set, below)
        return self._spread[key]

    def _field(self, parent: GraphQLNamedType, node: FieldNode, below: Mapping[str, int]) -> int:
        field = self._costs.field(parent, node.name.value)
        if field is None:
            return 0
        sized = self._costs.sized(parent, node.name.value, field)
        length, beneath = self._lengths(sized, node)
        length = below.get(node.name.value, length)
        weight = sized.weight + sum(
            sized.arguments.get(one.name.value, 0)
            for one in node.arguments or ()
            if not isinstance(one.value, NullValueNode)
        )
        inner = 0
        if node.selection_set:
            inner = self._selection(get_named_type(field.type), node.selection_set, beneath)
        return weight + max(length, 0) * inner if node.selection_set else weight + max(length - 1, 0)

    def _lengths(self, sized: _Sized, node: FieldNode) -> tuple[int, Mapping[str, int]]:
        """How often what is selected here comes, and how long the lists below are."""
        arguments = {one.name.value: one.value for one in node.arguments or ()}
        if sized.page is not None:
            value = self._value(arguments.get(PAGE_ARGUMENT), sized.page)
            page = sized.page if isinstance(value, bool) or not isinstance(value, int | float) else value
            length = int(max(0, min(page, PAGE_MAX.default)))
            return (length, {}) if sized.is_list else (1, dict.fromkeys(sized.lists, length))
        if sized.mark is None:
            return (LIST_SIZE if sized.is_list else 1), {}
        length = self._marked(sized.mark, arguments)
        names = sized.mark.sized_fields
        return (1, dict.fromkeys(names, length)) if names else (length, {})

    def _marked(self, mark: ListSize, arguments: Mapping[str, ValueNode]) -> int:
        lists = [self._value(arguments.get(name), None) for name in (mark.slicing_arguments or ())]
        if not lists or any(one is None for one in lists):
            return mark.assumed_size
        length = 1
        for one in lists:
            length *= len(one) if isinstance(one, list) else 1
        return min(length, mark.assumed_size)

    def _value(self, node: ValueNode | None, default: Any) -> Any:
        """What is given there; the default for null too, as the resolvers have it."""
        value = None
        if isinstance(node, VariableNode):
            self.used.add(node.name.value)
            value = self._given.get(node.name.value, self._defaults.get(node.name.value))
        elif node is not None:
            value = value_from_ast_untyped(node, dict(self._given))
        return default if value is None else value


def _read_marks(schema: GraphQLSchema, field: GraphQLField, name: str) -> _Sized:
    definition = field.extensions.get(DEFINITION)
    marks = list(definition.directives) if definition is not None else []
    kind = get_nullable_type(field.type)
    inner = get_named_type(field.type)
    lists: tuple[str, ...] = ()
    if is_object_type(inner):
        lists = tuple(one for one, below in inner.fields.items() if is_list_type(get_nullable_type(below.type)))
    page = field.args.get(PAGE_ARGUMENT)
    return _Sized(
        weight=next((mark.weight for mark in marks if isinstance(mark, Cost)), 1),
        is_list=is_list_type(kind),
        page=None if page is None else _page_size(page),
        lists=lists,
        mark=next((mark for mark in marks if isinstance(mark, ListSize)), None) or _introspected(schema, name, inner),
        arguments={one: weight for one, argument in field.args.items() if (weight := _weight(argument))},
    )


def _introspected(schema: GraphQLSchema, name: str, inner: GraphQLNamedType) -> ListSize | None:
    """Of introspection's own lists: as many types as there are; of what a type has, as many as one has on average."""
    if not inner.name.startswith("__"):
        return None
    types = list(schema.type_map.values())
    if name in ("types", "directives"):
        return ListSize(assumed_size=len(types) if name == "types" else len(schema.directives))
    having = {"fields": "fields", "inputFields": "fields", "enumValues": "values", "possibleTypes": "types"}.get(name)
    numbers = [len(getattr(kind, having, ())) for kind in types] if having else [1]
    return ListSize(assumed_size=-(-sum(numbers) // len(numbers)))


def _page_size(argument: GraphQLArgument) -> int:
    value = coerce_default_value(argument)
    return value if isinstance(value, int) else PAGE_SIZE


def _weight(argument: GraphQLArgument) -> int:
    definition = argument.extensions.get(DEFINITION)
    marks = definition.directives if definition is not None else ()
    return next((mark.weight for mark in marks if isinstance(mark, Cost)), 0)


def _extents(names: Iterable[str], given: Given) -> tuple[Hashable, ...]:
    """What of the variables makes a difference to the cost."""
    return tuple(_extent(given[name]) if name in given else MISSING for name in names)


def _extent(value: object) -> Hashable:
    if isinstance(value, list):
        return ("list", len(value))
    return value if isinstance(value, int | float | None) else "other"


def _remember(known: OrderedDict[Any, Any], key: Hashable, value: object, most: int) -> None:
    while len(known) >= most:
        known.popitem(last=False)
    known[key] = value
