"""The chat on a business's own website: its pages, the calls of its visitors, their sockets."""
