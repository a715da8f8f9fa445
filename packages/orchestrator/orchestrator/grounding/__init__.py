"""Answers from what a business has told its employee: passages in the prompt, citations in the
answer, and what may leave in it. Pure: what is read and stored is `pipeline.knowing`'s."""
