"""Bytes of an answer or of an export into objects, as a stream."""
