"""`make bench`: every benchmark, one after the other; what each measured is recorded, and the page made anew.

make bench                               all that are usual, about 25 minutes on two cores
make bench BENCH=--quick                 a short form of each, to see that they run; recorded under .cache/bench
make bench BENCH="--only fanout,crowd"   some of them
make bench BENCH=--page                  the page and its plots anew, from what is recorded

One that fails is named at the end, keeps its older record, and stops no other; then the exit code is 1.
"""

import argparse
import sys
import time
from pathlib import Path

from bench import page
from bench.records import FOLDER, read_records
from bench.suite import BENCHMARKS, NAMES, ROOT, Benchmark, FailedError, run

QUICK_FOLDER = ROOT / ".cache" / "bench"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--only", metavar="NAME,…", help=", ".join(NAMES))
    parser.add_argument("--page", action="store_true")
    parser.add_argument("--into", type=Path, help="the folder of the records; with another, the page goes there too")
    arguments = parser.parse_args()
    folder = arguments.into or (QUICK_FOLDER if arguments.quick else FOLDER)
    wanted = arguments.only.split(",") if arguments.only else [one.name for one in BENCHMARKS if one.usual]
    if unknown := [name for name in wanted if name not in NAMES]:
        parser.error(f"no such benchmark: {', '.join(unknown)}; there are {', '.join(NAMES)}")
    failed = [] if arguments.page else run_all(wanted, folder, quick=arguments.quick)
    page.make(folder)
    for line in failed:
        print(f"FAILED: {line}")
    return 1 if failed else 0


def run_all(wanted: list[str], folder: Path, *, quick: bool) -> list[str]:
    """What failed, and how. Whatever was measured until then is recorded and on the page."""
    failed = []
    chosen: list[Benchmark] = [one for one in BENCHMARKS if one.name in wanted]
    began = time.monotonic()
    for place, benchmark in enumerate(chosen, start=1):
        print(
            f"── {benchmark.name} ({place} of {len(chosen)}, {(time.monotonic() - began) / 60:.1f} min so far)",
            flush=True,
        )
        try:
            run(benchmark, quick=quick).write(folder)
            page.make(folder)
        except FailedError as error:
            failed.append(f"{benchmark.name}: {error}")
            print(failed[-1], flush=True)
    kept = sorted(set(read_records(folder)) & {line.split(":")[0] for line in failed})
    if kept:
        print(f"The older records of {', '.join(kept)} stay.")
    return failed


if __name__ == "__main__":
    sys.exit(main())
