"""The order of the steps: run, dry run, restore, remove; and ``execute``, the one way to write for all of them."""
