"""Importers: the logs of other tools as rows, one file for each kind of log. Nothing in a log is executed."""
