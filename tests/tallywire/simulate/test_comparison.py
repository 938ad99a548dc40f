from typing import Any

from tallywire.simulate.comparison import compare
from tallywire.simulate.truth import TrueResult, true_results

from .synthetic import city


def _served(truth: dict[tuple[str, str], TrueResult]) -> dict[tuple[str, str], dict[str, Any]]:
    return {
        key: {
            "rows": [
                {"candidate": {"id": f"e/{code}"}, "votes": votes}
                for code, votes in zip(true.candidates, true.votes, strict=True)
            ],
            "validBallots": true.valid_ballots,
            "invalidBallots": true.invalid_ballots,
            "noVoteBallots": true.no_vote_ballots,
            "ballotsCast": true.ballots_cast,
            "stationsFinal": true.stations_final,
            "status": true.status.value,
        }
        for key, true in truth.items()
    }


def test_the_truth_of_an_area_is_the_sum_of_its_stations_and_a_council_is_summed_in_its_district_only() -> None:
    election, counts = city(districts=2, stations_each=4)
    truth = true_results(election, counts)
    assert set(truth) == {
        *(("governor", area.code) for area in election.areas),
        *((f"council-{d}", f"{d}{part}") for d in ("1001", "1002") for part in ("", "01", "02")),
    }
    governor = [count for count in counts if count.contest == "governor"]
    assert truth["governor", "10"].votes == tuple(map(sum, zip(*(c.votes for c in governor), strict=True)))
    assert truth["governor", "10"].ballots_cast == sum(count.ballots_cast for count in governor)
    assert truth["governor", "10"].stations_final == 8
    assert truth["governor", "10"].status == "UNOFFICIAL_COMPLETE"
    assert true_results(election, counts[1:])["governor", "10"].status == "UNOFFICIAL_PARTIAL"


def test_equal_results_compare_equal_and_foreign_ones_are_left_alone() -> None:
    truth = true_results(*city())
    comparison = compare("e", truth, _served(truth) | {("other", "10"): {}})
    assert comparison.equal
    assert (comparison.results, comparison.cells) == (len(truth), len(truth) * 9)


def test_each_kind_of_difference_is_found_and_named() -> None:
    truth = true_results(*city())
    for item, wrong in (
        ("invalidBallots", -1),
        ("noVoteBallots", -1),
        ("ballotsCast", -1),
        ("stationsFinal", 7),
        ("status", "UNOFFICIAL_PARTIAL"),
    ):
        served = _served(truth)
        served["governor", "1001"][item] = wrong
        (cell,) = compare("e", truth, served).differing
        assert (cell.contest, cell.area, cell.item, cell.served) == ("governor", "1001", item, str(wrong))
    served = _served(truth)
    served["governor", "10"]["rows"][0]["votes"] += 1
    (cell,) = compare("e", truth, served).differing
    assert cell.item == "votes/governor/1"
    assert int(cell.served) == int(cell.expected) + 1


def test_a_missing_result_and_a_missing_or_unknown_candidate_differ() -> None:
    truth = true_results(*city())
    served = _served(truth)
    del served["governor", "1002"]
    served["governor", "10"]["rows"][0]["candidate"]["id"] = "e/governor/99"
    items = {(cell.area, cell.item, cell.served) for cell in compare("e", truth, served).differing}
    first = truth["governor", "10"].votes[0]
    assert items == {
        ("1002", "result", "none"),
        ("10", "votes/governor/1", "none"),
        ("10", "votes/governor/99", str(first)),
    }
