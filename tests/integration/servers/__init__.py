"""The private PostgreSQL and HAProxy themselves."""
