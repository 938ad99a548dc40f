"""Files that ship with tallywire: beside the code in an installed wheel, in the repository in a checkout."""

from pathlib import Path

HERE = Path(__file__).parent


def packaged(name: str, in_checkout: str) -> Path:
    inside = HERE / "packaged" / name
    return inside if inside.exists() else HERE.parent / in_checkout


def bangkok() -> Path:
    """The package of the Bangkok 2022 election."""
    return packaged("bkk2022", "data/bkk2022")


def web() -> Path:
    """The built browser apps."""
    return packaged("web", "web/dist")
