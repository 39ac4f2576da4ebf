"""Steps, objects and device texts of the six chapters."""
