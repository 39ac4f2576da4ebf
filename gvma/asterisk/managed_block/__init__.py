"""The managed block: found, written, compared, and taken out again. Pure, all on bytes."""
