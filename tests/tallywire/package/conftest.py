"""The small package, written out anew for each test."""

from pathlib import Path

import pytest
from small_package import SmallPackage


@pytest.fixture
def small(tmp_path: Path) -> SmallPackage:
    return SmallPackage(tmp_path)
