"""``python -m gvma``: the same as the command ``gvma``."""

from gvma.cli.main import main

main()
