"""Progress on stderr: one line on a terminal, one plain line per 10 % elsewhere, nothing in the first two seconds."""

from __future__ import annotations

import os
import sys
import time
from typing import TextIO

from measurand.message import say

PATIENCE = 2.0
"""Seconds without a word."""
WIDTH = 32


class Progress:
    """Shows how far each phase of a measurement is. ``observed`` and ``share`` are the callbacks."""

    def __init__(self, *, quiet: bool = False, stream: TextIO | None = None) -> None:
        self.stream = sys.stderr if stream is None else stream
        self.quiet = quiet
        self.live = self.stream.isatty() and not os.environ.get("CI") and os.environ.get("TERM") != "dumb"
        self.began = time.monotonic()
        self.phase, self.tenth, self.drawn = "", 0, False

    def observed(self, done: int, wanted: int, words: str = "") -> None:
        """Observations made, of those asked for, and how the run goes."""
        share = done / wanted if wanted else 1.0
        self.share(say("cli.progress.observing"), share, f"{done:,}/{wanted:,}  {words}".rstrip())

    def share(self, phase: str, share: float, words: str = "") -> None:
        """The share of a phase that is done."""
        if phase != self.phase:
            self.phase, self.tenth = phase, 0
        if self.quiet or time.monotonic() - self.began < PATIENCE:
            return
        share = min(1.0, max(0.0, share))
        seconds = f"{time.monotonic() - self.began:.0f} s"
        if self.live:
            full = "█" if "utf" in (self.stream.encoding or "").lower() else "#"
            bar = full * round(WIDTH * share)
            self.stream.write(f"\r\x1b[K{phase[:24]:<12} {bar:<{WIDTH}} {share:>4.0%}  {words}  {seconds}")
            self.drawn = True
        elif int(share * 10) > self.tenth:
            self.tenth = int(share * 10)
            self.stream.write(f"{phase} {self.tenth * 10} %  {words}  {seconds}".rstrip() + "\n")
        self.stream.flush()

    def finish(self) -> None:
        """Take the line from the terminal again."""
        if self.drawn:
            self.stream.write("\r\x1b[K")
            self.stream.flush()
            self.drawn = False
