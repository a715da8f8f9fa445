"""A business's own keys to language models: whose they are, kept, tested, chosen, used.

`rules` are for people, `in_use` and `marking` for workers. A key goes in and never comes out.
"""
