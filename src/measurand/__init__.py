"""measurand: metrology for artificial intelligence."""
__version__ = "0.1.0"
