"""Whole syncs and restores beside a real Asterisk."""
