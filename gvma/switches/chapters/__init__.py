"""The six chapters: steps, what can be chosen, and the objects that each asks for in Configuration Server."""
