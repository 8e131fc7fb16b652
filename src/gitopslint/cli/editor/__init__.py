"""What `gitopslint lsp` does: it keeps the reports of what is open in an editor, and answers questions about them."""
