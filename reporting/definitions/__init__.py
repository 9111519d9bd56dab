"""The definitions of the contract, by what they measure."""
