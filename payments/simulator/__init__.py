"""A payment gateway of its own: speaks VNPAY 2.1.0 over HTTP, standard library only.

Started by `python -m payments.simulator`; it imports nothing of the portal and has its own signing code, so
that the portal is never tested against itself. Described in docs/payments.md.
"""
