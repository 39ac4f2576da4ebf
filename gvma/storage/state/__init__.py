"""What one run leaves for the next, under ``backup_path/state``."""
