"""Who may use a root field. Every root field carries a mark, and start-up fails on one without."""

from typing import Any

from strawberry import Schema
from strawberry.permission import BasePermission
from strawberry.types import get_object_definition

from counting.vocabulary import Role
from gql.context import Info
from gql.errors import forbidden, read_only, unauthenticated


class UnmarkedFieldError(Exception):
    """A root field says nothing of who may use it."""


class AtHome(BasePermission):
    """Beside the mark of every mutation: a follower takes nothing, and names its origin, who does."""

    message = "This node only reads"

    def has_permission(self, source: Any, info: Info, **arguments: Any) -> bool:
        if info.context.services.origin is not None:
            raise read_only(info.context.services.origin)
        return True


class Access(BasePermission):
    """A mark; `roles` None: everybody. A token that is none is refused everywhere, so that no client goes unaware."""

    roles: frozenset[Role] | None = None
    message = "No right to do this"

    def has_permission(self, source: Any, info: Info, **arguments: Any) -> bool:
        context = info.context
        if context.token_refused:
            raise unauthenticated()
        if self.roles is None:
            return True
        if context.person is None:
            raise unauthenticated()
        if context.person.role not in self.roles:
            raise forbidden()
        return True


class Public(Access):
    """Everybody."""


class Reading(Access):
    """Everybody; holders of a token alone where the operator demands it."""

    def has_permission(self, source: Any, info: Info, **arguments: Any) -> bool:
        if info.context.services.readers_need_token and info.context.person is None:
            raise unauthenticated()
        return super().has_permission(source, info, **arguments)


class Reporting(Access):
    roles = frozenset({Role.VOLUNTEER, Role.EDITOR, Role.OPERATOR})


class Editing(Access):
    roles = frozenset({Role.EDITOR})


class Overseeing(Access):
    roles = frozenset({Role.EDITOR, Role.OPERATOR})


class Operating(Access):
    roles = frozenset({Role.OPERATOR})


def check_marks(schema: Schema) -> dict[str, type[Access]]:
    """The mark of each root field, as "Query.result"; raises UnmarkedFieldError."""
    marks: dict[str, type[Access]] = {}
    for root in (schema.query, schema.mutation, schema.subscription):
        if root is None:
            continue
        definition = get_object_definition(root, strict=True)
        for field in definition.fields:
            found = [mark for mark in field.permission_classes if issubclass(mark, Access)]
            if len(found) != 1 or (root is schema.mutation and AtHome not in field.permission_classes):
                raise UnmarkedFieldError(f"{definition.name}.{field.python_name}")
            marks[f"{definition.name}.{schema.config.name_converter.from_field(field)}"] = found[0]
    return marks
