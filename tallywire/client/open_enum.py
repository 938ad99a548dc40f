"""Enums of the schema that take values unknown to them: a server that learnt a new word must not stop its readers."""

from enum import StrEnum
from typing import Self


class OpenEnum(StrEnum):
    """A value that the schema had not when this client was generated becomes a member of its own name."""

    @classmethod
    def _missing_(cls, value: object) -> Self | None:
        if not isinstance(value, str):
            return None
        member = str.__new__(cls, value)
        member._name_ = member._value_ = value
        return cls._value2member_map_.setdefault(value, member)  # type: ignore[return-value]
