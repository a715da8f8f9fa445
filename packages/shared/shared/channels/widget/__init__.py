"""The chat on a business's own website, or on a page of ours for it: a door, and its visitors."""
