"""What stands between strangers and the API, as the settings of one installation say."""

from gql.addresses import Addresses
from gql.attempts import Attempts
from gql.edge import Edge
from gql.limits import ENROL_GUESSES_ALL_MAX, ENROL_GUESSES_MAX, Limits, UnknownLimitError
from gql.occupancy import Occupancy
from gql.rates import Rates
from gql.trusted import BadDocumentsError, Documents, read
from tallywire.own_documents import own_documents
from tallywire.settings import Settings

# More guesses than anybody can make in an hour.
NO_LIMIT = 2**31 - 1


class BadSettingError(Exception):
    """A setting is none; says which, and why, in one line."""


def edge_by(settings: Settings) -> Edge:
    """Raises BadSettingError."""
    limits = _limits(settings)
    try:
        addresses = Addresses(settings.unlimited_addresses)
    except ValueError as error:
        raise BadSettingError(f"TALLYWIRE_UNLIMITED_ADDRESSES: {error}") from error
    return Edge(
        limits=limits,
        addresses=addresses,
        rates=Rates(settings.broadcast_url, limits),
        occupancy=Occupancy(limits),
        documents=_documents(settings),
        introspection=settings.introspection,
    )


def attempts_by(settings: Settings) -> Attempts:
    """Raises BadSettingError."""
    limits = _limits(settings)
    each, together = (limits.most(one) or NO_LIMIT for one in (ENROL_GUESSES_MAX, ENROL_GUESSES_ALL_MAX))
    return Attempts(settings.broadcast_url, each, together)


def _limits(settings: Settings) -> Limits:
    try:
        limits = Limits(settings.limits)
    except UnknownLimitError as error:
        raise BadSettingError(f"TALLYWIRE_LIMITS: there is no limit {error} that can be set") from error
    wrong = [name for name, most in settings.limits.items() if most is not None and most < 1]
    if wrong:
        raise BadSettingError(f"TALLYWIRE_LIMITS: {wrong[0]} must be 1 or more, or null")
    return limits


def _documents(settings: Settings) -> Documents:
    if settings.trusted_documents is None:
        if settings.only_trusted_documents:
            return Documents(own_documents(), only_trusted=True)
        return Documents()
    try:
        found = read(settings.trusted_documents)
    except BadDocumentsError as error:
        raise BadSettingError(f"TALLYWIRE_TRUSTED_DOCUMENTS: {error}") from error
    return Documents({**own_documents(), **found}, only_trusted=settings.only_trusted_documents)
