"""What comes of reading one document: that it is sound, or what is wrong with it, as whoever sent it is told.

It is parsed, measured and held against GraphQL's own rules, in this order: each step is slow on what the one before it
keeps out. Strawberry's extensions for tokens and for remembering do the same, but only inside an execution, which is in
the event loop.
"""

import pickle
from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any

from graphql import (
    ASTValidationRule,
    DocumentNode,
    GraphQLError,
    GraphQLSchema,
    NoSchemaIntrospectionCustomRule,
    Source,
    Token,
    parse,
    specified_rules,
    validate,
)
from strawberry.schema.validation_rules.maybe_null import MaybeNullValidationRule
from strawberry.schema.validation_rules.one_of import OneOfInputValidationRule

from gql.errors import ApiError, complaint

# Nobody reads more of them at once, and each is written in two languages.
FAULTS_MAX = 20
# GraphQL's and Strawberry's.
RULES: tuple[type[ASTValidationRule], ...] = (*specified_rules, MaybeNullValidationRule, OneOfInputValidationRule)
Measured = Callable[[DocumentNode], ApiError | None]


@dataclass(frozen=True, slots=True)
class Proof:
    """`faults`: none where the document is sound; `document`: as it was parsed, of a sound one."""

    faults: tuple[GraphQLError, ...] = ()
    document: DocumentNode | None = None


def parsed(query: str, tokens_max: int | None = None) -> DocumentNode:
    """A document that is gone with its last reference. Raises GraphQLError.

    As graphql-core leaves it, each token knows the one before it and the one behind it, which Python must search for.
    """
    document = parse(query, max_tokens=tokens_max)
    token: Token | None = document.loc.start_token if document.loc else None
    while token is not None:
        token.prev, token = None, token.next
    return document


def proofread(
    schema: GraphQLSchema, query: str, tokens_max: int | None, measured: Measured, *, introspection: bool
) -> Proof:
    """`measured` says why a document that could be parsed is not looked at any further.

    Without `introspection`, nothing in what is told gives the schema away.
    """
    try:
        document = parsed(query, tokens_max)
    except GraphQLError as error:
        return Proof((_told(query, error, "GRAPHQL_PARSE_FAILED"),))
    if refusal := measured(document):
        return Proof((refusal,))
    rules = RULES if introspection else (*RULES, NoSchemaIntrospectionCustomRule)
    found = validate(schema, document, rules, max_errors=FAULTS_MAX, hide_suggestions=not introspection)
    if found:
        return Proof(tuple(_told(query, error, "GRAPHQL_VALIDATION_FAILED") for error in found))
    return Proof(document=document)


def _told(query: str, error: GraphQLError, code: str) -> GraphQLError:
    """Without the nodes that it was found at: who remembers it does not keep the whole document."""
    return fault(query, error.message, error.positions, complaint(code, error.message))


def fault(query: str, message: str, positions: Collection[int] | None, extensions: Any) -> GraphQLError:
    return GraphQLError(message, source=Source(query), positions=positions, extensions=extensions)


def packed(proof: Proof) -> bytes:
    """For another process: the faults alone."""
    return pickle.dumps([(one.message, one.positions, one.extensions) for one in proof.faults])


def unpacked(query: str, content: bytes) -> tuple[GraphQLError, ...]:
    """From a process of our own."""
    return tuple(fault(query, *one) for one in pickle.loads(content))
