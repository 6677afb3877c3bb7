"""`python -m monitor` is the `forewarned` command."""

from monitor.cli import main

main()
