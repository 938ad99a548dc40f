"""The private key of this node, from wherever the settings say that it is."""

from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from ledger.key_file import BadPrivateKeyError, create_key, parse_private_key, read_key
from tallywire.settings import Settings

FILE_NAME = "ledger-key.pem"


def key_file(settings: Settings) -> Path:
    return settings.ledger_key_file or settings.data_dir / FILE_NAME


class LedgerKeyAtHand:
    def __init__(self, settings: Settings) -> None:
        self._given = settings.ledger_key
        self.file = key_file(settings)

    def read(self, create: bool = False) -> Ed25519PrivateKey | None:
        """None where there is no key file; with `create`, one is made then. Raises BadPrivateKeyError."""
        if self._given is not None:
            try:
                return parse_private_key(self._given.get_secret_value())
            except BadPrivateKeyError as error:
                raise BadPrivateKeyError(f"TALLYWIRE_LEDGER_KEY: {error}") from error
        return create_key(self.file) if create else read_key(self.file)
