"""What gvma keeps on the disk: atomic files, the lock, signals, and the records under ``backup_path``."""
