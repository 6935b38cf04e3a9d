"""`python -m ui.cli`: the same as `lectern`."""

from ui.cli import main

main()
