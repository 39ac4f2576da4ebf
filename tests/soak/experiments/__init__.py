"""The experiments themselves: the tests beside this folder run each for long, ``make test`` runs some of it."""
