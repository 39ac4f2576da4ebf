"""The settings file as lines: read with or without configupdater, and written. ``keys`` says what they mean."""
