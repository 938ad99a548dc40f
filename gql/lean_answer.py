"""Selections made into plain functions once: from a resolver's object to the JSON that GraphQL would answer.

Only what needs nobody else is made so: fields that read their object, without arguments, loaders or context. A
selection with any other field is not lean, and the whole of it is left to GraphQL.
"""

from collections.abc import Callable, Iterable, Mapping
from operator import attrgetter
from types import FunctionType
from typing import Any

from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLBoolean,
    GraphQLEnumType,
    GraphQLInt,
    GraphQLLeafType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLOutputType,
    GraphQLSchema,
    GraphQLString,
    GraphQLUnionType,
    InlineFragmentNode,
    SelectionNode,
    Undefined,
    is_abstract_type,
    is_leaf_type,
)
from strawberry import Schema
from strawberry.types.base import StrawberryObjectDefinition
from strawberry.types.field import StrawberryField

from gql.lean_input import INT_MAX, INT_MIN

Show = Callable[[Any], Any]
Fragments = Mapping[str, FragmentDefinitionNode]
Grouped = dict[str, list[FieldNode]]


class NotLeanError(Exception):
    """The selection, or the object at hand, is one for GraphQL itself."""


def show_union(schema: Schema, type_: GraphQLUnionType, nodes: Iterable[FieldNode], fragments: Fragments) -> Show:
    """The function that shows one member of the union; it raises NotLeanError, at once where no member is lean."""
    shows: dict[type, Show] = {}
    for member in type_.types:
        try:
            shows[_definition(member).origin] = _show_object(schema, member, nodes, fragments)
        except NotLeanError:
            continue
    if not shows:
        raise NotLeanError

    def show(source: Any) -> Any:
        known = shows.get(type(source))
        if known is None:
            raise NotLeanError
        return known(source)

    return show


def _show_object(schema: Schema, type_: GraphQLObjectType, nodes: Iterable[FieldNode], fragments: Fragments) -> Show:
    grouped: Grouped = {}
    seen: set[str] = set()
    for node in nodes:
        if node.selection_set is None:
            raise NotLeanError
        collect(schema._schema, type_, node.selection_set.selections, fragments, grouped, seen)
    fields = [(key, _show_field(schema, type_, group, fragments)) for key, group in grouped.items()]
    return lambda source: {key: show(source) for key, show in fields}


def collect(
    schema: GraphQLSchema,
    type_: GraphQLObjectType,
    selections: Iterable[SelectionNode],
    fragments: Fragments,
    grouped: Grouped,
    seen: set[str],
) -> None:
    """Fields of this type by response key, in GraphQL's order. Raises NotLeanError on a directive."""
    for selection in selections:
        if selection.directives:
            raise NotLeanError
        if isinstance(selection, FieldNode):
            key = selection.alias.value if selection.alias else selection.name.value
            grouped.setdefault(key, []).append(selection)
        elif isinstance(selection, InlineFragmentNode):
            condition = selection.type_condition
            if condition is None or _applies(schema, condition.name.value, type_):
                collect(schema, type_, selection.selection_set.selections, fragments, grouped, seen)
        elif isinstance(selection, FragmentSpreadNode) and selection.name.value not in seen:
            seen.add(selection.name.value)
            fragment = fragments[selection.name.value]
            if fragment.directives or fragment.variable_definitions:
                raise NotLeanError
            if _applies(schema, fragment.type_condition.name.value, type_):
                collect(schema, type_, fragment.selection_set.selections, fragments, grouped, seen)


def _applies(schema: GraphQLSchema, condition: str, type_: GraphQLObjectType) -> bool:
    named = schema.get_type(condition)
    return named is type_ or (named is not None and is_abstract_type(named) and schema.is_sub_type(named, type_))


def _show_field(schema: Schema, type_: GraphQLObjectType, nodes: list[FieldNode], fragments: Fragments) -> Show:
    name = nodes[0].name.value
    if name == "__typename":
        return lambda _source: type_.name
    field = type_.fields.get(name)
    if field is None or field.args or any(node.arguments for node in nodes):
        raise NotLeanError
    read = _reader(schema, type_, name)
    complete = _completion(schema, field.type, nodes, fragments)
    return lambda source: complete(read(source))


def _reader(schema: Schema, type_: GraphQLObjectType, name: str) -> Show:
    """The attribute, or the method that looks at its own object alone."""
    fields: list[StrawberryField] = _definition(type_).fields
    field = next(one for one in fields if schema.config.name_converter.from_field(one) == name)
    if field.permission_classes or field.extensions or field.arguments:
        raise NotLeanError
    resolver = field.base_resolver
    if resolver is None:
        return attrgetter(field.python_name)
    if field.is_async or resolver.info_parameter is not None or resolver.self_parameter is None:
        raise NotLeanError
    method = resolver.wrapped_func
    if not isinstance(method, FunctionType):
        raise NotLeanError
    return method


def _definition(type_: GraphQLObjectType) -> StrawberryObjectDefinition:
    definition = type_.extensions.get("strawberry-definition")
    if not isinstance(definition, StrawberryObjectDefinition):
        raise NotLeanError
    return definition


def _completion(schema: Schema, type_: GraphQLOutputType, nodes: list[FieldNode], fragments: Fragments) -> Show:
    if isinstance(type_, GraphQLNonNull):
        return _present(_completed(schema, type_.of_type, nodes, fragments))
    complete = _completed(schema, type_, nodes, fragments)
    return lambda value: None if value is None else complete(value)


def _present(complete: Show) -> Show:
    def show(value: Any) -> Any:
        if value is None:
            raise NotLeanError
        return complete(value)

    return show


def _completed(schema: Schema, type_: GraphQLOutputType, nodes: list[FieldNode], fragments: Fragments) -> Show:
    if isinstance(type_, GraphQLList):
        item = _completion(schema, type_.of_type, nodes, fragments)
        return lambda values: [item(value) for value in values]
    if isinstance(type_, GraphQLObjectType):
        return _show_object(schema, type_, nodes, fragments)
    if is_leaf_type(type_):
        return _show_leaf(type_)
    raise NotLeanError


def _show_leaf(type_: GraphQLLeafType) -> Show:
    if isinstance(type_, GraphQLEnumType):
        return _show_enum(type_)
    own = {GraphQLString: str, GraphQLBoolean: bool}.get(type_)

    def show(value: Any) -> Any:
        if type(value) is own or (type_ is GraphQLInt and type(value) is int and INT_MIN <= value <= INT_MAX):
            return value
        try:
            shown = type_.coerce_output_value(value)
        except Exception as error:
            raise NotLeanError from error
        if shown is None or shown is Undefined:
            raise NotLeanError
        return shown

    return show


def _show_enum(type_: GraphQLEnumType) -> Show:
    names = {value.value: name for name, value in type_.values.items()}

    def show(value: Any) -> Any:
        try:
            return names[value]
        except (KeyError, TypeError) as error:
            raise NotLeanError from error

    return show
