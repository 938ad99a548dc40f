"""What stands between strangers and the API, one of each a process."""

from dataclasses import dataclass, field

from db.people import Person
from gql.addresses import Addresses
from gql.errors import too_often
from gql.limits import DEFAULT, REQUESTS_A_TOKEN, REQUESTS_AN_ADDRESS, Limits
from gql.occupancy import Occupancy
from gql.rates import Rates
from gql.trusted import Documents

# A guess at a token counts as so many requests.
WRONG_TOKEN = 10


@dataclass(frozen=True, slots=True)
class Edge:
    """`introspection`: whether the schema may be asked for."""

    limits: Limits = DEFAULT
    addresses: Addresses = field(default_factory=Addresses)
    rates: Rates = field(default_factory=Rates)
    occupancy: Occupancy = field(default_factory=Occupancy)
    documents: Documents = field(default_factory=Documents)
    introspection: bool = True

    def admit(self, address: str | None, person: Person | None, *, refused: bool = False) -> None:
        """Counts one request; raises ApiError where there were too many. `refused`: with a token that is none."""
        whose = self.addresses.counted(address)
        if whose is None:
            return
        limit, payer = (REQUESTS_A_TOKEN, person.id) if person else (REQUESTS_AN_ADDRESS, whose)
        if seconds := self.rates.take(limit, payer, WRONG_TOKEN if refused else 1):
            raise too_often(limit, seconds)
