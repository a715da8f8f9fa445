"""Beside an answer from knowledge: what it must keep to, how it came about, and the questions that
nothing answers."""
