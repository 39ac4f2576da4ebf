"""Whatever fails or is killed beside the database: no row, record or PIN is lost."""
