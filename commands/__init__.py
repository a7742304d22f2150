"""The commands of the program, by what a person wants of it."""
