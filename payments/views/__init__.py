"""Pages of money, one module per flow."""
