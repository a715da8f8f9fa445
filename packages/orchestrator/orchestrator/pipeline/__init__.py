"""How one message is answered: claim its run, gather context, let the agent speak, store the
outcome, tell everyone. `respond.respond` is the paragraph; the other rooms are its sentences."""
