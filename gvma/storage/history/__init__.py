"""The runs that changed something or failed: what each did, why, and who started it."""
