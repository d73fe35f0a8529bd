"""How the text that a system gave becomes a value: scorers, their identity, and the items on which each is checked."""
