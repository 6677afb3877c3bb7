"""Where requests may go, for everything that makes any: addresses, the resolver that checks them, how long to leave a server alone."""
