"""From a subject to what is wrong with it. Pure generators: no files, no git, no clock, no environment."""
