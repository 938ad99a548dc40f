"""`make bench`: every benchmark, one after the other."""

import sys

from bench import night

if __name__ == "__main__":
    sys.exit(night.main())
