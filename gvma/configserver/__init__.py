"""What Configuration Server says: its client, object reader, export files and simulator."""
