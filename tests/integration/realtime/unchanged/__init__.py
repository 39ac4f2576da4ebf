"""A run into a database that ends at once, since its inputs are those of one that found nothing to do."""
