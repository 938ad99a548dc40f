"""`make bench`: every benchmark, one after the other."""

import sys

from bench import fanout, night, rendering, submit

if __name__ == "__main__":
    sys.exit(max(bench.main() for bench in (submit, rendering, fanout, night)))
