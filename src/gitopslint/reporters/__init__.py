"""From a report to text. Pure functions: the command line writes what they return."""
