"""Everybody who may come: the public, a token of each role, of another election, a revoked one, one that never was."""

from dataclasses import dataclass
from enum import StrEnum

from counting.vocabulary import Role
from tests.conftest import Night
from tests.served import Api

REVOKED_TOKEN = (
    "UPDATE reporter SET revoked_at = now() WHERE token_sha256 = encode(sha256(convert_to($1, 'UTF8')), 'hex')"
)
BOUND_TOKEN = "UPDATE reporter SET election_id = $2 WHERE token_sha256 = encode(sha256(convert_to($1, 'UTF8')), 'hex')"


class Holder(StrEnum):
    """`…_ELSEWHERE`: the token of one other election."""

    ANONYMOUS = "ANONYMOUS"
    VOLUNTEER = "VOLUNTEER"
    OUTLET = "OUTLET"
    EDITOR = "EDITOR"
    OPERATOR = "OPERATOR"
    VOLUNTEER_ELSEWHERE = "VOLUNTEER_ELSEWHERE"
    EDITOR_ELSEWHERE = "EDITOR_ELSEWHERE"
    OPERATOR_ELSEWHERE = "OPERATOR_ELSEWHERE"
    REVOKED = "REVOKED"
    UNKNOWN = "UNKNOWN"


@dataclass(frozen=True)
class Holders:
    night: Night
    tokens: dict[Holder, str | None]

    def api(self, holder: Holder) -> Api:
        return self.night.api.as_(self.tokens[holder])


def everybody(night: Night, elsewhere: Night) -> Holders:
    tokens: dict[Holder, str | None] = {
        Holder.ANONYMOUS: None,
        Holder.VOLUNTEER: night.token(Role.VOLUNTEER, "a-1", "a-2", "b-1"),
        Holder.OUTLET: night.token(Role.OUTLET),
        Holder.EDITOR: night.token(Role.EDITOR),
        Holder.OPERATOR: night.token(Role.OPERATOR),
        Holder.VOLUNTEER_ELSEWHERE: elsewhere.token(Role.VOLUNTEER, "a-1"),
        Holder.EDITOR_ELSEWHERE: bound(elsewhere, Role.EDITOR),
        Holder.OPERATOR_ELSEWHERE: bound(elsewhere, Role.OPERATOR),
        Holder.REVOKED: night.token(Role.OPERATOR),
        Holder.UNKNOWN: "tw_nobody",
    }
    night.sql(REVOKED_TOKEN, tokens[Holder.REVOKED])
    return Holders(night, tokens)


def bound(night: Night, role: Role) -> str:
    """A token of this one election."""
    token = night.token(role)
    night.sql(BOUND_TOKEN, token, night.election_id)
    return token
