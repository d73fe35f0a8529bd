"""Names that look like other names."""

from __future__ import annotations

import re
import unicodedata

_WORD = re.compile(r"\w+")
_POSING = frozenset(
    "\u0430\u0435\u043e\u0440\u0441\u0443\u0445\u0455\u0456\u0458\u0501\u04bb\u04cf\u051b\u051d"  # Cyrillic, small
    "\u0410\u0412\u0415\u0405\u0406\u0408\u041a\u041c\u041d\u041e\u0420\u0421\u0422\u0423\u0425"  # Cyrillic, capital
    "\u0391\u0392\u0395\u0396\u0397\u0399\u039a\u039c\u039d\u039f\u03a1\u03a4\u03a5\u03a7\u03bf\u03bd\u03f2"  # Greek
    "\u0585\u057d\u0570\u0578\u0581\u13aa\u13ac\u13f4\u13bb"  # Armenian, Cherokee
)
"""Letters of other scripts that are drawn like Latin ones (confusables of Unicode Technical Standard 39)."""


def disguise(name: str) -> str:
    """Why a name looks like another one; empty when it does not."""
    for character in name:
        if unicodedata.category(character) in ("Cc", "Cf", "Cs", "Co", "Zl", "Zp"):
            return f"the character U+{ord(character):04X} is not seen"
    for word in _WORD.findall(name):
        latin = any(unicodedata.name(letter, "").startswith("LATIN ") for letter in word)
        for letter in word:
            if latin and letter in _POSING:
                return f"U+{ord(letter):04X} stands among Latin letters"
    return ""
