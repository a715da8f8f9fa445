"""How an answer reaches its person, channel by channel. `registry` has one row for each."""
