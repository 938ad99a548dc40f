"""What the generated operations stand on; ariadne-codegen copies this file beside them."""

from ..calling import Calling


class Caller(Calling):
    """Sends the operations below."""
