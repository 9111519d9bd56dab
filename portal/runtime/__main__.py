"""`python -m portal.runtime up|test|check|doctor|messages`, called by the commands in bin/."""

import sys

from portal.runtime.errors import CannotStartError
from portal.runtime.options import parser


def main(arguments: list[str]) -> int:
    """Run one command; 0 when all went well, 1 with one sentence when it could not."""
    reader = parser()
    options, rest = reader.parse_known_args(arguments)
    if rest and options.command != "test":
        reader.error(f"unknown argument: {' '.join(rest)}")
    try:
        return _run(options.command, options, rest)
    except CannotStartError as error:
        print(f"portal: {error}", file=sys.stderr)
        return 1


def _run(command: str, options: "object", rest: list[str]) -> int:
    if command == "up":
        from portal.runtime.up import Up

        Up(options).run()  # type: ignore[arg-type]
    elif command == "test":
        from portal.runtime.testing import run

        run(rest, apt=not options.no_apt)  # type: ignore[attr-defined]
    elif command == "check":
        from portal.runtime.checks import run as run_checks

        return run_checks()
    elif command == "doctor":
        from portal.runtime.doctor import doctor

        return doctor()
    else:
        from portal.runtime.messages import compile_messages

        for path in compile_messages():
            print(path)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
