"""Reports as editors show them, in the types of the Language Server Protocol."""
