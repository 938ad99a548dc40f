"""The schema, made once a process."""

import strawberry
from graphql import GraphQLError
from strawberry.extensions import MaxTokensLimiter, ParserCache, ValidationCache
from strawberry.types import ExecutionContext

from gql.access import check_marks
from gql.errors import Masked
from gql.lean_arguments import install
from gql.limits import TOKENS_MAX
from gql.schema.roots import Mutation, Query, Subscription
from gql.schema.types.scalars import CONFIG

DOCUMENTS_REMEMBERED = 512


class Schema(strawberry.Schema):
    """Strawberry would log each refusal with the request's text, enrolment codes and all; `Masked` logs incidents."""

    def process_errors(self, errors: list[GraphQLError], execution_context: ExecutionContext | None = None) -> None:
        """Clients are told; the log is not."""


def build_schema() -> strawberry.Schema:
    """Raises UnmarkedFieldError where a root field says nothing of who may use it."""
    schema = Schema(
        query=Query,
        mutation=Mutation,
        subscription=Subscription,
        config=CONFIG,
        extensions=[
            lambda: MaxTokensLimiter(max_token_count=TOKENS_MAX.default),
            lambda: ParserCache(maxsize=DOCUMENTS_REMEMBERED),
            lambda: ValidationCache(maxsize=DOCUMENTS_REMEMBERED),
            Masked,
        ],
    )
    check_marks(schema)
    install(schema)
    return schema


if __name__ == "__main__":
    print(build_schema().as_str())
