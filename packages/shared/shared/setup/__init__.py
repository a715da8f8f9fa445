"""The first run: from what a business gives to read to an employee who answers from it."""
