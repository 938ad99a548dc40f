"""The font of what is drawn here: tally sheets of the simulation, pictures of shared links."""

from pathlib import Path

FONT = Path(__file__).parent / "tally-sheet-thai.ttf"
