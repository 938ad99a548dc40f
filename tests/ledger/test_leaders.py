"""What an auditor's reading says of who leads is what the count says, for whatever sums there may be."""

from hypothesis import given
from hypothesis import strategies as st

from counting.area_count import AreaCount
from counting.case import ContestFacts
from counting.election import Text
from counting.result import decided, leading, margin
from counting.vocabulary import VotingVariation
from ledger import leaders
from ledger.terms import ContestTerms

FEW = st.integers(0, 4)


@given(st.data())
def test_leaders_margin_and_whether_it_is_decided_are_those_of_the_count(data: st.DataObject) -> None:
    votes = data.draw(st.lists(FEW, min_size=1, max_size=5))
    disputed = [data.draw(st.integers(0, own)) for own in votes]
    seats, variation = data.draw(st.integers(1, 3)), data.draw(st.sampled_from(VotingVariation))
    stations = data.draw(st.integers(0, 2))
    outstanding, at_most = data.draw(st.integers(0, stations)), data.draw(FEW)
    count = AreaCount(len(votes), stations, 10)
    count.votes, count.disputed_votes, count.outstanding, count.at_most = votes, disputed, outstanding, at_most
    names, numbers = tuple(f"c/{place}" for place in range(len(votes))), tuple(range(1, len(votes) + 1))
    facts = ContestFacts("c", Text("c"), Text("a"), names, numbers, voting_variation=variation, seats=seats)
    terms = ContestTerms("c", "a", names, 1, seats, variation is VotingVariation.PROPORTIONAL)
    assert leaders.leading(votes, terms) == leading(votes, seats, variation)
    assert leaders.margin(votes, terms) == margin(count, facts)
    open_ = outstanding if stations else 1
    assert leaders.decided(votes, disputed, open_, at_most, terms) == decided(count, facts)
