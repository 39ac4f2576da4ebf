"""Real servers for the tests: Asterisk, PostgreSQL, HAProxy, Prometheus, and ``gvma agi serve``, each private."""
