"""The words of the contract as plain types. This floor imports nothing of ours and touches no file."""
