"""What is asked, held against the limits: a document before it is checked, an operation before it is executed."""

import asyncio
import contextlib
from collections import OrderedDict
from collections.abc import AsyncIterator, Mapping
from typing import Any

from graphql import DocumentNode, GraphQLError, GraphQLSchema, OperationType, get_operation_ast

from counting.vocabulary import Role
from gql.context import Context
from gql.cost import Costs
from gql.edge import Edge
from gql.errors import ApiError, full, over_limit, too_often
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
from gql.measure import measure
from gql.occupancy import FullError
from gql.proof import Proof, parsed, proofread
from gql.proofreader import Faults, Proofreader, ProofreaderLostError, can_work_apart

# Reading and checking a document takes as long as answering so many values for each of its characters (13 µs, 0.8 µs:
# measured on what is slowest to check). One that is remembered costs nothing more.
VALUES_A_CHARACTER = 16
# So little is read at once: to hand it over and take it back would take as long.
LIGHT_CHARACTERS = 60
# Whoever sends the same again is told the same again; no more of them, as strangers choose how many there are.
FAULTY_REMEMBERED = 64
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
        self._schema = schema
        self._edge = edge
        self._costs = Costs(schema)
        self._sound: OrderedDict[str, Proof] = OrderedDict()
        self._faulty: OrderedDict[str, Proof] = OrderedDict()
        self._asked: dict[str, asyncio.Future[Faults]] = {}
        self._proofreader: Proofreader | None = None

    @contextlib.asynccontextmanager
    async def reading_apart(self) -> AsyncIterator[None]:
        """While it lasts, whatever takes long to read is read by another process, where there can be one."""
        if not can_work_apart():
            yield
            return
        async with Proofreader(self.read, self._edge.occupancy).working() as self._proofreader:
            try:
                yield
            finally:
                self._proofreader = None

    async def proof(self, query: str, context: object) -> Proof:
        """Whether this text may be executed; what is new is read now, on the account of whoever sends it first."""
        if refusal := self._text(query):
            return Proof((refusal,))
        known = self._known(query)
        if known is not None:
            return known
        if query not in self._asked and (refusal := self._charge(query, context)):
            return Proof((refusal,))
        try:
            proof = await self._read_somewhere(query, context)
        except FullError as error:
            return Proof((full(error.limit, error.most),))
        except ApiError as error:
            # It took too long this time, which says nothing of the document: the next time it is read again.
            return Proof((error,))
        except ProofreaderLostError as error:
            return Proof((GraphQLError(str(error), original_error=error),))
        self._remember(query, proof)
        return proof

    def read(self, query: str) -> Proof:
        """Here and now, whatever it is."""
        trusted = self._edge.documents.trusts(query)
        tokens_max = None if trusted else self._edge.limits.most(TOKENS_MAX)
        measured = _fits if trusted else self._size
        return proofread(self._schema, query, tokens_max, measured, introspection=self._edge.introspection)

    def document(self, query: str) -> DocumentNode | None:
        """As it was parsed, of a text that is remembered as sound."""
        known = self._sound.get(query)
        return known.document if known else None

    def is_subscription(self, query: str, operation_name: str | None) -> bool:
        """By the text alone; what cannot be read, or is too long to be, is none."""
        if self._text(query):
            return False
        most = None if self._edge.documents.trusts(query) else self._edge.limits.most(TOKENS_MAX)
        try:
            operation = get_operation_ast(self.document(query) or parsed(query, most), operation_name)
        except GraphQLError:
            return False
        return operation is not None and operation.operation is OperationType.SUBSCRIPTION

    def _text(self, query: str) -> ApiError | None:
        """Why this text is not even parsed."""
        documents = self._edge.documents
        if documents.trusts(query):
            return None
        if documents.only_trusted:
            return documents.not_trusted()
        return self._over(DOCUMENT_MAX, len(query))

    def _known(self, query: str) -> Proof | None:
        for proofs in (self._sound, self._faulty):
            if query in proofs:
                proofs.move_to_end(query)
                return proofs[query]
        return None

    def _remember(self, query: str, proof: Proof) -> None:
        proofs, most = (
            (self._faulty, FAULTY_REMEMBERED) if proof.faults else (self._sound, DOCUMENTS_REMEMBERED.default)
        )
        proofs[query] = proof
        while len(proofs) > most:
            proofs.popitem(last=False)

    def _charge(self, query: str, context: object) -> ApiError | None:
        """Why a text that was not met before is not read now: whoever sends it has sent too much that is new."""
        if not isinstance(context, Context) or context.admitted or self._edge.documents.trusts(query):
            return None
        return self._spend(VALUES_A_CHARACTER * len(query), context)

    async def _read_somewhere(self, query: str, context: object) -> Proof:
        """Raises FullError, ApiError, ProofreaderLostError."""
        if self._proofreader is None or len(query) <= LIGHT_CHARACTERS or self._edge.documents.trusts(query):
            return self.read(query)
        asked = self._asked.get(query)
        if asked is None:
            address = context.address if isinstance(context, Context) else None
            asked = self._proofreader.ask(query, self._edge.addresses.counted(address))
            self._asked[query] = asked
            asked.add_done_callback(lambda _: self._asked.pop(query, None))
        faults = await asyncio.shield(asked)
        if faults:
            return Proof(faults)
        # Whoever waited for the same text has parsed it by now.
        known = self._sound.get(query)
        return known or Proof(document=parsed(query, self._edge.limits.most(TOKENS_MAX)))

    def _size(self, document: DocumentNode) -> ApiError | None:
        """Why this document is not checked, nor executed."""
        size = measure(document)
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


def _fits(_document: DocumentNode) -> None:
    """What the operator trusts is of no size."""
