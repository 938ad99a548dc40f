"""Input types made into plain functions once: from JSON to what GraphQL would have coerced it to.

They know the shapes that clients send all night. Whatever else GraphQL takes (a number for an ID, one row for a list)
or refuses is irregular here, and left to GraphQL itself.
"""

from collections.abc import Callable
from typing import Any

from graphql import (
    GraphQLBoolean,
    GraphQLID,
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLInt,
    GraphQLList,
    GraphQLNonNull,
    GraphQLString,
    Undefined,
    is_required_input_field,
)
from graphql.utilities import coerce_input_value
from graphql.utilities.coerce_input_value import coerce_default_value

Read = Callable[[Any], Any]
INT_MIN, INT_MAX = -(2**31), 2**31 - 1


class IrregularError(Exception):
    """Not a value that the lean way reads; GraphQL may take it, or say what is wrong."""


def read_input(type_: GraphQLInputType) -> Read:
    """The function that reads this type from JSON; it raises IrregularError."""
    if isinstance(type_, GraphQLNonNull):
        return _read_present(type_.of_type)
    present = _read_present(type_)
    return lambda value: None if value is None else present(value)


def _read_present(type_: GraphQLInputType) -> Read:
    if isinstance(type_, GraphQLList):
        return _list(read_input(type_.of_type))
    if isinstance(type_, GraphQLInputObjectType):
        return _object(type_)
    if type_ in (GraphQLID, GraphQLString):
        return _text
    if type_ is GraphQLInt:
        return _int
    if type_ is GraphQLBoolean:
        return _boolean
    return _other(type_)


def _text(value: Any) -> str:
    if type(value) is str:
        return value
    raise IrregularError


def _int(value: Any) -> int:
    if type(value) is int and INT_MIN <= value <= INT_MAX:
        return value
    raise IrregularError


def _boolean(value: Any) -> bool:
    if type(value) is bool:
        return value
    raise IrregularError


def _other(type_: GraphQLInputType) -> Read:
    """Enums and scalars of our own."""

    def read(value: Any) -> Any:
        if value is None:
            raise IrregularError
        try:
            coerced = coerce_input_value(value, type_)
        except Exception as error:
            raise IrregularError from error
        if coerced is Undefined:
            raise IrregularError
        return coerced

    return read


def _list(read_item: Read) -> Read:
    def read(value: Any) -> list[Any]:
        if type(value) is not list:
            raise IrregularError
        return [read_item(item) for item in value]

    return read


def _object(type_: GraphQLInputObjectType) -> Read:
    readers = {name: read_input(field.type) for name, field in type_.fields.items()}
    required = [name for name, field in type_.fields.items() if is_required_input_field(field)]
    defaults = {
        name: default
        for name, field in type_.fields.items()
        if name not in required and (default := coerce_default_value(field)) is not Undefined
    }
    # Strawberry's inputs have none of these; where one had, GraphQL itself would read it.
    odd = type_.is_one_of or any(field.out_name not in (None, name) for name, field in type_.fields.items())

    def read(value: Any) -> dict[str, Any]:
        if odd or type(value) is not dict:
            raise IrregularError
        try:
            coerced = {name: readers[name](item) for name, item in value.items()}
        except KeyError as error:
            raise IrregularError from error
        for name in required:
            if name not in coerced:
                raise IrregularError
        return {**defaults, **coerced} if defaults else coerced

    return read
