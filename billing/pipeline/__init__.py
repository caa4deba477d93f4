"""The one path of an invoice: identify → refuse → resolve → price → split → store.

One invoice on a screen and a million lines in a file go through the same functions, frame in, frame out.
"""
