"""Tests of the house: face, accounts, middleware, runtime."""
