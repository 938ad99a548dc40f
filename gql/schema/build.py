"""The schema, made once a process, with what stands between strangers and its execution."""

import asyncio
from dataclasses import replace
from typing import Any

import strawberry
from graphql import ExecutionResult as GraphQLExecutionResult
from graphql import GraphQLError
from strawberry.extensions.runner import SchemaExtensionsRunner
from strawberry.schema.exceptions import InvalidOperationTypeError
from strawberry.types import ExecutionContext, ExecutionResult
from strawberry.types.execution import PreExecutionError
from strawberry.types.graphql import OperationType

from gql.access import check_marks
from gql.edge import Edge
from gql.errors import Masked, not_a_stream, timed_out, unavailable
from gql.guard import Guard
from gql.lean_arguments import install
from gql.lean_results import LeanResults
from gql.limits import EXECUTION_SECONDS
from gql.schema.roots import Mutation, Query, Subscription
from gql.schema.types.scalars import CONFIG


class Schema(strawberry.Schema):
    """Every way in (POST, GET, event streams, sockets, groups) comes through here, so each limit stands here once."""

    edge: Edge
    guard: Guard
    lean_results: LeanResults

    def process_errors(self, errors: list[GraphQLError], execution_context: ExecutionContext | None = None) -> None:
        """Clients are told; the log is not: Strawberry would log the request's text, enrolment codes and all."""

    async def execute(self, query: str | None, *arguments: Any, **named: Any) -> ExecutionResult:
        """One answer, so no subscription: Strawberry lets one through, and then has nothing to answer.

        Raises ApiError NOT_A_STREAM, and what Strawberry raises of a request without a query or of the wrong kind.
        """
        allowed = named.pop("allowed_operation_types", None) or OperationType
        named["allowed_operation_types"] = set(allowed) - {OperationType.SUBSCRIPTION}
        try:
            return await super().execute(query, *arguments, **named)
        except InvalidOperationTypeError as error:
            if error.operation_type is OperationType.SUBSCRIPTION:
                raise not_a_stream() from error
            raise

    async def _prepare_operation_async(
        self, context: ExecutionContext, extensions_runner: SchemaExtensionsRunner
    ) -> PreExecutionError | None:
        query = context.query or ""
        if query:
            proof = await self.guard.proof(query, context.context)
            if proof.faults:
                return _refused(context, list(proof.faults))
            # What is left to Strawberry is the kind of operation: neither parsing nor GraphQL's rules.
            context.graphql_document, context.pre_execution_errors = proof.document, []
        refused = await super()._prepare_operation_async(context, extensions_runner)
        if refused is not None or context.graphql_document is None:
            return refused
        asks = (query, context.graphql_document, context.operation_name, context.variables)
        if refusal := self.guard.cost(*asks, context.context):
            return _refused(context, [refusal])
        return None

    async def _execute_operation(self, execution_context: ExecutionContext, *arguments: Any, **named: Any) -> Any:
        """Whoever has waited too long is answered. A mutation goes on all the same: half of one is worse."""
        if execution_context.operation_type is OperationType.QUERY:
            data = self.lean_results.answer(execution_context)
            if data is not None:
                return GraphQLExecutionResult(data=data, errors=None)
        seconds = self.edge.limits.most(EXECUTION_SECONDS)
        work = super()._execute_operation(execution_context, *arguments, **named)
        mutating = execution_context.operation_type is OperationType.MUTATION
        try:
            async with asyncio.timeout(seconds):
                return await (asyncio.shield(work) if mutating else work)
        except TimeoutError:
            error = unavailable() if mutating else timed_out(seconds or 0)
            return GraphQLExecutionResult(data=None, errors=[error])


def _refused(context: ExecutionContext, errors: list[GraphQLError]) -> PreExecutionError:
    context.pre_execution_errors = errors
    return PreExecutionError(data=None, errors=errors)


def build_schema(edge: Edge | None = None) -> Schema:
    """Raises UnmarkedFieldError where a root field says nothing of who may use it."""
    edge = edge or Edge()
    schema = Schema(
        query=Query,
        mutation=Mutation,
        subscription=Subscription,
        # "Did you mean" tells what introspection does not.
        config=replace(CONFIG, disable_field_suggestions=not edge.introspection),
        extensions=[Masked],
    )
    schema.edge, schema.guard = edge, Guard(schema._schema, edge)
    schema.lean_results = LeanResults(schema._schema, check_marks(schema))
    install(schema)
    return schema


if __name__ == "__main__":
    print(build_schema().as_str())
