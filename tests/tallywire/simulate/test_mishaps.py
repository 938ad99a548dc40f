import random

from counting.vocabulary import TallyCoverage
from tallywire.simulate.mishaps import BURST_MAX, Rates, lose_network, mistype
from tallywire.simulate.sending import Mistake, PlannedTally, Sending

END = 30_000.0


def _tally(key: int, station: str, at: float, *, final: bool = False, total: int | None = 5) -> PlannedTally:
    coverage = TallyCoverage.FINAL if final else TallyCoverage.PARTIAL
    return PlannedTally(key, station, "governor", coverage, (key, 2), 1, 1, total, at)


def _sendings(*tallies: PlannedTally) -> list[Sending]:
    return [Sending(tally.counted_at, 0, (tally,)) for tally in tallies]


def test_of_several_unsent_tallies_of_a_station_only_the_newest_goes_out_in_one_burst() -> None:
    # All within three minutes, which is the shortest time without network.
    sendings = _sendings(
        _tally(1, "a", 1000), _tally(2, "b", 1001), _tally(3, "a", 1002), _tally(4, "a", 1003, final=True)
    )
    bursts = 0
    for seed in range(40):
        out = lose_network(sendings, Rates(offline=1.0), random.Random(seed), END)
        assert [s.at for s in out] == sorted(s.at for s in out)
        last_of_a = [t.key for s in out for t in s.tallies if t.station == "a"][-1]
        assert last_of_a == 4
        if len(out[-1].tallies) == 2:
            bursts += 1
            assert [tally.key for tally in out[-1].tallies] == [2, 4]
            assert out[-1].at > 1003
    assert bursts > 10


def test_a_burst_never_exceeds_what_one_request_takes() -> None:
    sendings = _sendings(*(_tally(key, f"s{key}", 1000 + key / 10) for key in range(120)))
    out = lose_network(sendings, Rates(offline=1.0), random.Random(3), END)
    sizes = [len(sending.tallies) for sending in out]
    assert sum(sizes) == 120
    assert max(sizes) == BURST_MAX


def test_nothing_is_kept_back_beyond_the_end_of_the_night() -> None:
    for seed in range(40):
        sendings = _sendings(_tally(1, "a", END - 5), _tally(2, "a", END, final=True))
        out = lose_network(sendings, Rates(offline=1.0), random.Random(seed), END)
        assert max(sending.at for sending in out) == END
        assert out[-1].tallies[-1].is_final


def test_a_wrong_sum_is_only_typed_where_there_is_a_sum() -> None:
    without = _sendings(*(_tally(key, "a", key, total=None) for key in range(1, 300)))
    with_sum = _sendings(*(_tally(key, "a", key) for key in range(1, 300)))
    kinds = [
        {t.mistake for s in mistype(given, Rates(mistype=1.0), random.Random(1), END) for t in s.tallies}
        for given in (without, with_sum)
    ]
    assert kinds == [{Mistake.NEGATIVE_NUMBER, Mistake.MISSING_CANDIDATE}, set(Mistake)]
