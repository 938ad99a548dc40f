"""The night as a simulation: thousands of volunteers with phones, over HTTP, against any server."""

from tallywire.client import RefusedError, UnreachableError
from tallywire.simulate.night import run_night
from tallywire.simulate.operator import NightRefusedError
from tallywire.simulate.pace import PaceError, read_pace
from tallywire.simulate.plan import NightPlan, plan_night
from tallywire.simulate.progress import NightProgress, shown_progress
from tallywire.simulate.report import NightReport, print_report

__all__ = [
    "NightPlan",
    "NightProgress",
    "NightRefusedError",
    "NightReport",
    "PaceError",
    "RefusedError",
    "UnreachableError",
    "plan_night",
    "print_report",
    "read_pace",
    "run_night",
    "shown_progress",
]
