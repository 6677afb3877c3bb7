"""The command line without a process of its own: ten times faster where many runs of one command are compared."""

from __future__ import annotations

import io
import os
import sys
from contextlib import redirect_stderr, redirect_stdout

import pytest

from monitor.cli import main
from tests.cli.test_commands import Shell


class Inside(Shell):
    """A `Shell` whose commands run in this process, with its settings and what it prints and ends with."""

    def __call__(self, *arguments: str, stdin: str = "", code: int = 0) -> str:
        assert not stdin, "give it a process of its own"
        out, err = io.StringIO(), io.StringIO()
        with pytest.MonkeyPatch.context() as patch, redirect_stdout(out), redirect_stderr(err):
            for name in [name for name in os.environ if name.startswith("FOREWARNED_")]:
                patch.delenv(name)
            for name, value in self.env.items():
                patch.setenv(name, value)
            patch.setattr(sys, "argv", ["forewarned", *arguments])
            with pytest.raises(SystemExit) as ended:
                main()
        self.stderr = err.getvalue()
        assert (ended.value.code or 0) == code, self.stderr
        return out.getvalue()
