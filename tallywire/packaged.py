"""Files that ship with tallywire: beside the code in an installed wheel, in the repository in a checkout."""

from pathlib import Path

HERE = Path(__file__).parent


def packaged(name: str, in_checkout: str) -> Path:
    inside = HERE / "packaged" / name
    return inside if inside.exists() else HERE.parent / in_checkout


def bangkok() -> Path:
    """The package of the Bangkok 2022 election."""
    return packaged("bkk2022", "data/bkk2022")


def meridia() -> Path:
    """The package of Meridia 2019, an election that never was: nothing in it is as in Bangkok."""
    return packaged("meridia2019", "data/meridia2019")


def election_folder(named: Path | None) -> Path:
    """A package's folder: Bangkok where none is named, else the folder, or the one that ships under this name."""
    if named is None:
        return bangkok()
    shipped = {"bkk2022": bangkok, "meridia2019": meridia}.get(str(named))
    return named if shipped is None or named.exists() else shipped()


def web() -> Path:
    """The built browser apps."""
    return packaged("web", "web/dist")
