"""The health check of a container: does this web server serve? Exit code 0 when it does.

Asks the server on the loopback address with a host name the settings accept.
"""

import os
import sys
import urllib.error
import urllib.request


def healthy(port: int, host: str) -> bool:
    """Is `/healthz` answered with 200?"""
    request = urllib.request.Request(
        f"http://127.0.0.1:{port}/healthz", headers={"Host": host, "X-Forwarded-Proto": "https"}
    )
    try:
        with urllib.request.urlopen(request, timeout=5) as answer:  # noqa: S310
            return answer.status == 200
    except (urllib.error.URLError, OSError):
        return False


if __name__ == "__main__":
    first_host = os.environ.get("PORTAL_HOSTS", "localhost").split(",")[0]
    sys.exit(not healthy(int(sys.argv[1]) if len(sys.argv) > 1 else 8000, first_host))
