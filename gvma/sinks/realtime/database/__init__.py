"""One connection to PostgreSQL: what is asked of it, and what its errors mean."""
