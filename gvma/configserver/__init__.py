"""Configuration Server: client, object reader, export files and simulator."""
