"""Files that are written once, for the user to own: `querygen init`, and the program that `querygen demo` runs."""
