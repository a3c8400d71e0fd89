"""Pieces of a page that lessons share, one file an idea."""
