"""What the media server has done: counted for Prometheus and for `gvma agi status`, and served over HTTP."""
