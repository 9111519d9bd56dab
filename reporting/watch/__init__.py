"""Early warning: what is looked at, and the sets behind."""
