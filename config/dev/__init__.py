"""The commands of `./taraz` that need the installed environment."""
