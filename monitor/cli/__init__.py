"""The command line: parses, calls a plain function, prints. Results on stdout, progress and errors on stderr.

Exit codes: 0 done, 1 bad lines or failures among the answers, 2 usage or configuration, 3 not found, 70 internal.
"""

from __future__ import annotations

import sys
import traceback

from monitor.errors import ForewarnedError


def main() -> None:
    """The console script: runs the command and turns errors of ours into one line and an exit code."""
    from monitor.cli.app import app

    try:
        app()
    except ForewarnedError as error:
        print(f"forewarned: {error}", file=sys.stderr)
        sys.exit(error.exit_code)
    except BrokenPipeError:
        # The reader of our output went away (`| head`): not our failure, and nobody left to tell.
        sys.stderr.close()
        sys.exit(0)
    except Exception:  # noqa: BLE001 - outermost loop: an unknown error must not look like "findings" (exit 1)
        traceback.print_exc()
        print("forewarned: internal error, see above", file=sys.stderr)
        sys.exit(70)
