"""Reads the lockfiles of pnpm, npm and yarn into one form."""
