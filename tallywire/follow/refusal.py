"""Why a follower takes nothing more from its origin."""


class RefusedError(Exception):
    """What the origin serves does not verify; the message says what, and where.

    `heads`: signed heads that cannot both be true; with two of them the refusal is for good, as nothing unsigns them.
    """

    def __init__(self, reason: str, *heads: str) -> None:
        super().__init__(reason)
        self.reason = reason
        self.heads = heads
