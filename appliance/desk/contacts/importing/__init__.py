"""People from a CSV file: what stands in it, what each row would do, and doing it."""
