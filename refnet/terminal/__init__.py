"""What is printed for a person, by what it is about."""
