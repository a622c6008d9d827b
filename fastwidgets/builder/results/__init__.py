"""What each step of the builder shows below its fields: numbers, bars, and real pictures."""
