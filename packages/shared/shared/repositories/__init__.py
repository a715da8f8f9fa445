"""All SQL. One module per feature; each function takes the session whose scope decides what it
sees, and neither commits nor opens a transaction."""
