"""The texts for the devices themselves, one file for each chapter."""
