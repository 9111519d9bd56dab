"""`python -m payments.simulator --port 9010 --tmn-code T --secret S --ipn-url URL --data-dir DIR`."""

from __future__ import annotations

import argparse
import os
import signal
import sys
import threading
from pathlib import Path

from payments.simulator.national import Platform
from payments.simulator.notices import Notifier
from payments.simulator.server import Gateway, serve
from payments.simulator.store import Store


def arguments() -> argparse.Namespace:
    """The command line. The secret may come by VNPAY_SECRET, so that it is in no process list."""
    parser = argparse.ArgumentParser(prog="payments.simulator", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, required=True, help="0 picks a free one and prints it")
    parser.add_argument("--tmn-code", required=True)
    parser.add_argument("--secret", default=os.environ.get("VNPAY_SECRET", ""))
    parser.add_argument("--ipn-url", required=True)
    parser.add_argument("--data-dir", type=Path, required=True)
    parser.add_argument("--ipn-tries", type=int, default=10)
    parser.add_argument("--ipn-pause", type=float, default=5.0, help="seconds between tries (VNPAY: minutes)")
    parser.add_argument("--national-partner", default="")
    parser.add_argument("--national-secret", default=os.environ.get("NATIONAL_PAY_SECRET", ""))
    parser.add_argument("--national-notice-url", default="")
    parser.add_argument("--national-return-url", default="")
    found = parser.parse_args()
    if not found.secret:
        parser.error("--secret or VNPAY_SECRET is needed")
    return found


def main() -> int:
    """Run until told to stop."""
    options = arguments()
    store = Store(options.data_dir)
    platform = None
    if options.national_partner:
        platform = Platform(
            options.national_partner,
            options.national_secret,
            options.national_notice_url,
            options.national_return_url,
        )
    notifier = Notifier(
        store,
        tmn_code=options.tmn_code,
        secret=options.secret,
        ipn_url=options.ipn_url,
        tries=options.ipn_tries,
        pause=options.ipn_pause,
        platform=platform,
    )
    gateway = Gateway(store, notifier, options.tmn_code, options.secret)
    server = serve(gateway, options.host, options.port)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: threading.Thread(target=server.shutdown).start())
    print(f"gateway http://{options.host}:{server.server_address[1]}", flush=True)
    notifier.resume()
    server.serve_forever(poll_interval=0.2)
    return 0


if __name__ == "__main__":
    sys.exit(main())
