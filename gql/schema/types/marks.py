"""Marks beside a field that say what it costs: in the served SDL too, under the names of IBM's GraphQL cost directives.

A page's size (`first`) needs none: it is read from the argument itself. See docs/decisions/0026.
"""

import strawberry
from strawberry.schema_directive import Location

NAMED = "listSize"
COST = "cost"


@strawberry.schema_directive(
    locations=[Location.FIELD_DEFINITION],
    name=NAMED,
    description=(
        "How long a list may be taken to be when a document's cost is worked out: the product of the lengths of the"
        " lists given as `slicingArguments`, `assumedSize` at most, and where one of them is missing. `sizedFields`:"
        " the lists below this field that it is said of, instead of the field itself."
    ),
)
class ListSize:
    assumed_size: int
    slicing_arguments: list[str] | None = strawberry.UNSET
    sized_fields: list[str] | None = strawberry.UNSET


@strawberry.schema_directive(
    locations=[Location.FIELD_DEFINITION, Location.ARGUMENT_DEFINITION],
    name=COST,
    description="What the field, or giving the argument, costs besides what is selected; 1 where nothing is said.",
)
class Cost:
    weight: int


def sized(assumed: int, *by: str, below: str | None = None) -> ListSize:
    return ListSize(
        assumed_size=assumed,
        slicing_arguments=list(by) or strawberry.UNSET,
        sized_fields=[below] if below else strawberry.UNSET,
    )


# Read for each row that is asked, though by one statement for all of them.
READ = Cost(weight=5)
# Hashes of the ledger's tree, from PostgreSQL.
PROVED = Cost(weight=50)
# Worked out over all stations, once for each state of the count.
WORKED_OUT = Cost(weight=500)
# The board is folded anew from the nearest cut.
EARLIER = Cost(weight=100)
