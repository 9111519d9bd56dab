"""Demonstration data: accounts to try every role, and a month of dossiers made by the real actions.

Everything made here is marked (`is_demo`), and its documents say on paper that they are trial data.
"""
