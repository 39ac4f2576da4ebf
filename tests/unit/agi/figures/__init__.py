"""The figures of the media server."""
