"""What we hold, and what follows from it."""
