"""What stands between strangers and the API, as the settings say: limits, trusted documents, proxies."""

import os
from collections.abc import Iterator

from tallywire.doctor.finding import Finding, fail, ok, warn
from tallywire.edge import BadSettingError, edge_by
from tallywire.settings import Settings


def stranger_findings(settings: Settings) -> Iterator[Finding]:
    try:
        # Rates are counted nowhere here.
        edge_by(settings.model_copy(update={"broadcast_url": "memory://"}))
    except BadSettingError as error:
        yield fail("limits", str(error), "no node starts with it: docs/settings.md")
        return
    off = sorted(name for name, most in settings.limits.items() if most is None)
    others = sorted(name for name, most in settings.limits.items() if most is not None)
    if off:
        yield warn("limits", f"turned off: {', '.join(off)}", "set TALLYWIRE_LIMITS, or know why: docs/settings.md")
    else:
        yield ok("limits", f"others than usual: {', '.join(others)}" if others else "the usual ones")
    if "*" in os.environ.get("FORWARDED_ALLOW_IPS", ""):
        seen = "FORWARDED_ALLOW_IPS is *: whoever writes X-Forwarded-For comes from wherever it says"
        yield warn("proxies", seen, "name the addresses or networks of your proxies")
