import hashlib
import io
from dataclasses import replace

from PIL import Image, ImageFont

from tallywire.simulate.camera import Camera
from tallywire.simulate.pace import Pace
from tallywire.simulate.plan import NightPlan, plan_night
from tallywire.simulate.sending import PlannedTally
from tallywire.simulate.tally_sheet import FONT, MARK, TallySheet, photograph

from .synthetic import city


def _plan(photographs: float) -> NightPlan:
    election, counts = city(1, 3, seed=3)
    return plan_night(election, counts, Pace({}, seed=3), seed=3, volunteers=2, photographs=photographs)


def _finals(plan: NightPlan) -> list[PlannedTally]:
    return [tally for sending in plan.sendings for tally in sending.tallies if tally.is_final]


async def test_a_photograph_is_a_jpeg_without_traces_the_same_each_time_and_another_for_each_sheet() -> None:
    plan = _plan(1.0)
    shots = [await Camera(plan).shoot(tally) for tally in _finals(plan)]
    again = [await Camera(plan).shoot(tally) for tally in _finals(plan)]
    assert shots == again and len({shot.sha256 for shot in shots if shot}) == len(plan.counts)
    for shot in filter(None, shots):
        assert hashlib.sha256(shot.jpeg).hexdigest() == shot.sha256
        image = Image.open(io.BytesIO(shot.jpeg))
        assert image.format == "JPEG" and not image.getexif() and len(shot.jpeg) < 200_000


async def test_only_what_is_to_have_one_has_one_and_a_borrowed_one_is_anothers() -> None:
    plan = _plan(1.0)
    camera = Camera(plan)
    first, second = _finals(plan)[:2]
    assert await camera.shoot(replace(first, photographed=False)) is None
    assert await camera.shoot(replace(second, key=99_999, borrowed=first.key)) == await camera.shoot(first)
    assert not any(tally.photographed for tally in _finals(_plan(0.0)))


def test_the_font_has_every_letter_of_the_mark() -> None:
    font = ImageFont.truetype(FONT, 40)
    nothing = bytes(font.getmask("\uffff"))
    assert all(bytes(font.getmask(letter)) != nothing for letter in MARK if letter != " ")


def test_the_mark_is_on_every_sheet() -> None:
    """Its red is nowhere else."""
    sheet = TallySheet("s", "c", [(1, 10)], [("b", 10)])
    image = Image.open(io.BytesIO(photograph(sheet, "seed"))).convert("RGB")
    pixels = image.resize((250, 350)).tobytes()
    reds = [red for red, blue in zip(pixels[::3], pixels[2::3], strict=True) if red > blue + 60 and red > 140]
    assert len(reds) > 150
