"""The column types that several tables share: enums as checked text, instants with a zone, JSON."""

from enum import StrEnum
from typing import Any

from sqlalchemy import Column, DateTime, Enum, ForeignKey, Text
from sqlalchemy.dialects.postgresql import JSONB


def enum_column(words: type[StrEnum], **options: Any) -> Column[Any]:
    """Text with a CHECK of the enum's words: a new word is a migration, not an ALTER TYPE."""
    return Column(Enum(words, native_enum=False, create_constraint=True, name=words.__name__.lower()), **options)


def instant_column(**options: Any) -> Column[Any]:
    return Column(DateTime(timezone=True), **options)


def json_column(**options: Any) -> Column[Any]:
    return Column(JSONB, **options)


def id_column(refers_to: str | None = None, **options: Any) -> Column[Any]:
    """Ids compare by bytes, so that pages by key are the same under every locale."""
    references = [ForeignKey(refers_to)] if refers_to else []
    return Column(Text(collation="C"), *references, **options)
