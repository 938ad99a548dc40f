"""Thai sentences around names: Thai runs on without spaces, but never against a name in other letters or digits."""


def run_on(*parts: str) -> str:
    """The parts as one text, with a space wherever Thai letters would touch what is not Thai."""
    told = ""
    for part in parts:
        touching = f"{told[-1:]}{part[:1]}"
        apart = len(touching) == 2 and " " not in touching and _is_thai(touching[0]) != _is_thai(touching[1])
        told = f"{told} {part}" if apart else told + part
    return told


def _is_thai(letter: str) -> bool:
    """Of Unicode's Thai block, with vowels, tone marks and signs."""
    return "\u0e00" <= letter <= "\u0e7f"
