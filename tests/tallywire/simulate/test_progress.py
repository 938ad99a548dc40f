import io
from datetime import datetime

from rich.console import Console

from tallywire.simulate.progress import NightProgress, shown_progress


def _progress(sent: int, *, trouble: str | None = None, behind: float = 0, done: bool = False) -> NightProgress:
    clock = datetime.fromisoformat("2022-05-22T19:36:05+07:00")
    return NightProgress(sent, 100, 3, 40, clock, behind, trouble, done)


def test_without_a_terminal_there_is_a_line_every_few_seconds_and_one_at_the_end() -> None:
    out = io.StringIO()
    with shown_progress(Console(file=out)) as show:
        for sent in range(50):
            show(_progress(sent))
        show(_progress(100, done=True))
    assert out.getvalue().splitlines() == [
        "19:36:05  0/100 tallies, 3/40 stations final",
        "19:36:05  100/100 tallies, 3/40 stations final",
    ]


def test_a_server_that_is_away_and_a_night_that_lags_are_said() -> None:
    for progress, said in (
        (_progress(1, trouble="Cannot connect [/x]"), "waiting for the server (Cannot connect [/x])"),
        (_progress(1, behind=600), "10 min behind"),
    ):
        out = io.StringIO()
        with shown_progress(Console(file=out)) as show:
            show(progress)
        assert said in out.getvalue()


def test_a_terminal_shows_a_bar_with_the_nights_clock() -> None:
    out = io.StringIO()
    with shown_progress(Console(file=out, force_terminal=True, width=140)) as show:
        show(_progress(42, trouble="Cannot connect [/x]"))
    assert "19:36:05" in out.getvalue()
    assert "42/100" in out.getvalue()
    assert "[/x]" in out.getvalue()
