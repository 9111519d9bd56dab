"""What people change about the figures: the targets."""
