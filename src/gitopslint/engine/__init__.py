"""Which subjects meet which rules, in what order, and what becomes of the outcome."""
