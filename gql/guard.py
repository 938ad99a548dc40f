"""What is asked, held against the limits: a document before it is checked, an operation before it is executed."""

from collections import OrderedDict
from collections.abc import Mapping
from typing import Any

from graphql import DocumentNode, GraphQLError, GraphQLSchema, OperationType, get_operation_ast, parse

from counting.vocabulary import Role
from gql.context import Context
from gql.cost import Costs
from gql.edge import Edge
from gql.errors import ApiError, over_limit, too_often
from gql.limits import (
    ALIASES_MAX,
    BREADTH_MAX,
    COST_A_TOKEN,
    COST_AN_ADDRESS,
    COST_EDITOR,
    COST_OPERATOR,
    COST_OUTLET,
    COST_PUBLIC,
    COST_VOLUNTEER,
    DEPTH_MAX,
    DIRECTIVES_MAX,
    DOCUMENT_MAX,
    DOCUMENTS_REMEMBERED,
    FIELDS_MAX,
    OPERATIONS_MAX,
    REPEATS_MAX,
    TOKENS_MAX,
    Limit,
)
from gql.measure import Size, measure

# Reading and checking a document takes as long as answering so many values for each of its characters (13 µs, 0.8 µs:
# measured on what is slowest to check). One that is remembered costs nothing more.
VALUES_A_CHARACTER = 16
COST_BY_ROLE: Mapping[Role | None, Limit] = {
    None: COST_PUBLIC,
    Role.VOLUNTEER: COST_VOLUNTEER,
    Role.OUTLET: COST_OUTLET,
    Role.EDITOR: COST_EDITOR,
    Role.OPERATOR: COST_OPERATOR,
}


class Guard:
    """Of one schema. Documents that the operator trusts may be as large as they are."""

    def __init__(self, schema: GraphQLSchema, edge: Edge) -> None:
        self._edge = edge
        self._costs = Costs(schema)
        self._sizes: OrderedDict[str, Size] = OrderedDict()
        self._known: OrderedDict[str, None] = OrderedDict()

    def text(self, query: str) -> ApiError | None:
        """Why this text is not even parsed."""
        documents = self._edge.documents
        if documents.trusts(query):
            return None
        if documents.only_trusted:
            return documents.not_trusted()
        return self._over(DOCUMENT_MAX, len(query))

    def fresh(self, query: str, context: object) -> ApiError | None:
        """Why a text that was not met before is not read now: whoever sends it has sent too much that is new."""
        if query in self._known:
            self._known.move_to_end(query)
            return None
        if isinstance(context, Context) and not context.admitted and not self._edge.documents.trusts(query):
            refusal = self._spend(VALUES_A_CHARACTER * len(query), context)
            if refusal is not None:
                return refusal
        while len(self._known) >= DOCUMENTS_REMEMBERED.default:
            self._known.popitem(last=False)
        self._known[query] = None
        return None

    def forget(self, query: str) -> None:
        """It could not be read, or was refused: the next time costs as much again."""
        self._known.pop(query, None)

    def is_subscription(self, query: str, operation_name: str | None) -> bool:
        """By the text alone; what cannot be read, or is too long to be, is none."""
        if self.text(query):
            return False
        most = None if self._edge.documents.trusts(query) else self._edge.limits.most(TOKENS_MAX)
        try:
            operation = get_operation_ast(parse(query, max_tokens=most), operation_name)
        except (GraphQLError, RecursionError):
            return False
        return operation is not None and operation.operation is OperationType.SUBSCRIPTION

    def size(self, query: str, document: DocumentNode) -> ApiError | None:
        """Why this document is not checked, nor executed."""
        if self._edge.documents.trusts(query):
            return None
        size = self._sizes.get(query)
        if size is None:
            size = measure(document)
            while len(self._sizes) >= DOCUMENTS_REMEMBERED.default:
                self._sizes.popitem(last=False)
            self._sizes[query] = size
        measured = (
            (OPERATIONS_MAX, size.operations),
            (DEPTH_MAX, size.depth),
            (FIELDS_MAX, size.fields),
            (BREADTH_MAX, size.breadth),
            (ALIASES_MAX, size.aliases),
            (REPEATS_MAX, size.repeats),
            (DIRECTIVES_MAX, size.directives),
        )
        return next((refusal for limit, number in measured if (refusal := self._over(limit, number))), None)

    def cost(
        self,
        query: str,
        document: DocumentNode,
        name: str | None,
        variables: Mapping[str, Any] | None,
        context: Context | None,
    ) -> ApiError | None:
        """Why whoever asks this is not answered; where they are, it is counted as theirs."""
        if not isinstance(context, Context) or context.admitted:
            return None
        cost = self._costs.of(document, query, name, variables)
        if refusal := self._over(COST_BY_ROLE[context.role], cost):
            return refusal
        return self._spend(cost, context)

    def _spend(self, cost: int, context: Context) -> ApiError | None:
        whose = self._edge.addresses.counted(context.address)
        if whose is None:
            return None
        token = context.person.id if context.person else None
        for limit, payer in ((COST_A_TOKEN, token), (COST_AN_ADDRESS, None if token else whose)):
            if seconds := self._edge.rates.take(limit, payer, cost):
                return too_often(limit, seconds)
        return None

    def _over(self, limit: Limit, number: int) -> ApiError | None:
        most = self._edge.limits.most(limit)
        return None if most is None or number <= most else over_limit(limit, most, number)
