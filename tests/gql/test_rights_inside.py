"""While it is counted: what of a tally, and of who sent it, each may see inside the fields that all may ask for."""

import json
from dataclasses import dataclass
from typing import Any

import pytest

from counting.vocabulary import Role
from tests.gql.conftest import Hall
from tests.gql.documents import accepted, sheet, submit
from tests.gql.holders import REVOKED_TOKEN, bound
from tests.served import Api

NOTE, NAME = "A word about somebody", "Somchai Written-Out"
INSIDE = """
query Inside($e: ID!, $station: ID!, $tally: ID!) {
  tally(id: $tally) { ...T }
  station(id: $station) { history { ...T } }
  tallies(electionId: $e, stationId: $station) { totalCount edges { node { ...T } } }
  viewer { tallies { id } }
}
fragment T on Tally { id state reporter validBallots invalidBallots votes { votes } note evidence { sha256 }
  findings { rule message(lang: EN) } }
"""
REPORTERS = "query Reporters($e: ID!) { reporters(electionId: $e) { edges { node { id displayName } } } }"
WITHDRAW = 'mutation Withdraw($id: ID!) { withdrawTally(input: {tallyId: $id, reason: "mine?"}) { id } }'
OUTSIDE = ("ANONYMOUS", "OUTLET", "OTHER_VOLUNTEER", "EDITOR_ELSEWHERE", "OPERATOR_ELSEWHERE")
INSIDERS = ("VOLUNTEER", "EDITOR", "OPERATOR")


@dataclass(frozen=True)
class Count:
    """One tally that counts, at a-1, and one that is held, at b-3; both with a note, by VOLUNTEER."""

    election: str
    apis: dict[str, Api]
    stands: str
    held: str

    def inside(self, who: str, station: str, tally: str) -> Any:
        return self.apis[who](INSIDE, e=self.election, station=f"{self.election}/{station}", tally=tally)


@pytest.fixture(scope="module")
def count(hall: Hall) -> Count:
    night, elsewhere = hall.take(), hall.take()
    tokens = {
        "ANONYMOUS": None,
        "VOLUNTEER": night.token(Role.VOLUNTEER, "a-1"),
        "OTHER_VOLUNTEER": night.token(Role.VOLUNTEER, "a-1", "b-3"),
        "OUTLET": night.token(Role.OUTLET),
        "EDITOR": night.token(Role.EDITOR),
        "OPERATOR": night.token(Role.OPERATOR),
        "EDITOR_ELSEWHERE": bound(elsewhere, Role.EDITOR),
        "OPERATOR_ELSEWHERE": bound(elsewhere, Role.OPERATOR),
        "REVOKED": night.token(Role.EDITOR),
    }
    night.sql(REVOKED_TOKEN, tokens["REVOKED"])
    apis = {who: night.api.as_(token) for who, token in tokens.items()}
    volunteer = apis["VOLUNTEER"]("{ viewer { reporter } }")["viewer"]["reporter"]
    night.sql("UPDATE reporter SET display_name = $2 WHERE id = $1", volunteer, NAME)
    stands = accepted(apis["VOLUNTEER"], sheet(night, "a-1", [11, 22, 33], note=NOTE))["tally"]["id"]
    held = submit(apis["VOLUNTEER"], sheet(night, "b-3", [71, 82, 93], note=NOTE))
    assert held["__typename"] == "TallyHeld"
    return Count(night.election_id, apis, stands, held["tally"]["id"])


@pytest.mark.parametrize("who", OUTSIDE)
def test_a_held_tally_of_somebody_else_is_not_there(count: Count, who: str) -> None:
    told = count.inside(who, "b-3", count.held)
    assert told == count.inside(who, "b-3", "no-tally")
    assert told["tally"] is None and told["station"]["history"] == [] and told["tallies"]["totalCount"] == 0


@pytest.mark.parametrize("who", INSIDERS)
def test_its_reporter_and_who_oversees_the_count_see_a_held_tally_whole(count: Count, who: str) -> None:
    told = count.inside(who, "b-3", count.held)["tally"]
    assert (told["state"], [row["votes"] for row in told["votes"]]) == ("HELD", [71, 82, 93])
    assert told["note"] == NOTE and told["findings"][0]["rule"] == "NOT_ASSIGNED"


def test_editors_read_findings_in_their_own_words(count: Count) -> None:
    words = {who: count.inside(who, "b-3", count.held)["tally"]["findings"][0]["message"] for who in INSIDERS}
    assert words["EDITOR"] == words["OPERATOR"] != words["VOLUNTEER"]


@pytest.mark.parametrize("who", (*OUTSIDE, *INSIDERS))
def test_of_a_tally_that_counts_all_see_the_numbers_and_few_the_note(count: Count, who: str) -> None:
    told = count.inside(who, "a-1", count.stands)
    assert told["station"]["history"] == [told["tally"]] == [edge["node"] for edge in told["tallies"]["edges"]]
    assert [row["votes"] for row in told["tally"]["votes"]] == [11, 22, 33]
    assert told["tally"]["note"] == (NOTE if who in INSIDERS else None)


@pytest.mark.parametrize("who", (*OUTSIDE, *INSIDERS))
def test_a_name_is_for_those_who_oversee_the_count(count: Count, who: str) -> None:
    everything = [count.inside(who, "a-1", count.stands), count.apis[who].send(REPORTERS, e=count.election)]
    assert (NAME in json.dumps(everything)) == (who in ("EDITOR", "OPERATOR"))


@pytest.mark.parametrize("who", ("OTHER_VOLUNTEER", "OUTLET", "ANONYMOUS"))
def test_who_withdraws_anothers_held_tally_is_told_the_same_as_of_one_that_never_was(count: Count, who: str) -> None:
    held, none = (count.apis[who].send(WITHDRAW, id=tally) for tally in (count.held, "no-tally"))
    assert held["errors"] and json.dumps(held["errors"]).replace(count.held, "no-tally") == json.dumps(none["errors"])


def test_a_revoked_token_sees_nothing_at_all_not_even_what_the_public_sees(count: Count) -> None:
    told = count.apis["REVOKED"].send(INSIDE, e=count.election, station=f"{count.election}/a-1", tally=count.stands)
    assert not any((told.get("data") or {}).values())
    assert {error["extensions"]["code"] for error in told["errors"]} == {"UNAUTHENTICATED"}
