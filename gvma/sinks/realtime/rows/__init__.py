"""What gvma wants in the two tables, as rows and columns. Pure: ``database`` beside it asks the server."""
