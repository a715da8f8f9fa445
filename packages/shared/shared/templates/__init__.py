"""Templates of employees: `konstruct.agent/v1`, one file that says all of one and nothing of its
business: no keys, no ids, no people, no talks."""
