"""What a run looks at before it writes."""
