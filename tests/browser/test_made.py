"""What a page is made of: whatever hides, covers, moves under another head or says something else is found."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

MORE = "<section>\n<h2>How good"
CHIP = '<p class="chip inconclusive">'
SAYS = '<p class="quiet" data-at="valid_for" data-as="or" data-by="verdict.conforming">CONFORMING</p>'
PICTURE = "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg'%3E%3Ctext%3ECONFORMING%3C/text%3E%3C/svg%3E"
ADDED: dict[str, str] = {
    "text in a box of the reader": '<div class="own">Approved for all uses.</div>',
    "a second box": '<div id="box">Approved for all uses.</div>',
    "a second summary": '<p id="box-summary">Approved for all uses.</p>',
    "a style sheet": "<style>.chip { visibility: hidden }</style>",
    "text of a style sheet": '<style>h2::before { content: "Approved. " }</style>',
    "a style attribute": '<p style="display: none">a</p>',
    "a linked style sheet": '<link rel="stylesheet" href="data:text/css,main{display:none}">',
    "a picture of text": f'<img src="{PICTURE}" alt="">',
    "a picture of text in a drawing": f'<figure data-of="results/0"><svg><image href="{PICTURE}"/></svg></figure>',
    "a title that appears under the pointer": '<p title="Approved for all uses">.</p>',
    "words for those who listen": '<p aria-label="CONFORMING">.</p>',
    "words for those who listen, in a drawing": '<svg role="img" aria-label="CONFORMING"></svg>',
    "a field": '<input value="Approved for all uses">',
    "a button": "<button>.</button>",
    "a link": '<a href="https://example.org">.</a>',
    "a frame": '<iframe srcdoc="Approved for all uses"></iframe>',
    "an object": '<object data="data:text/html,Approved"></object>',
    "a base": '<base href="https://example.org/">',
    "a refresh": '<meta http-equiv="refresh" content="60;url=https://example.org/">',
    "a script": "<script>1</script>",
    "a script with a type": '<script type="module">1</script>',
    "an event": '<p onclick="1">.</p>',
    "a template": "<template>Approved for all uses.</template>",
    "a shadow": '<div><template shadowrootmode="open">Approved for all uses.</template></div>',
    "foreign content": "<svg><foreignObject><p>.</p></foreignObject></svg>",
    "animation": '<svg><animate attributeName="x"/></svg>',
    "another stamp": '<div class="stamp">.</div>',
    "a dialog": "<dialog open>.</dialog>",
    "an unknown element": "<x-y>.</x-y>",
    "a form that adds words": SAYS,
    "a form that joins with words": '<p data-at="remarks" data-as="join" data-by=" Approved. ">.</p>',
    "a form that names with words": '<p data-at="program/measurand" data-as="entry" data-by=" Approved ">.</p>',
    "zero-width characters": "<p>Re\u200bsults</p>",
    "full-width digits": "<p>\uff10\uff0e\uff19\uff19</p>",
    "a hidden element": "<div hidden>.</div>",
    "hidden from those who listen": '<div aria-hidden="true">.</div>',
    "a direction": '<p dir="rtl">.</p>',
    "an editable element": "<p contenteditable>.</p>",
    "details that stay closed": "<details><summary>.</summary></details>",
    "no script": "<noscript>Approved for all uses.</noscript>",
    "a fill from elsewhere": '<svg><rect fill="url(data:image/svg+xml,x#b)"/></svg>',
}  # fmt: skip


def altered(page: bytes, change: Callable[[str], str]) -> bytes:
    """The page with its visible half changed; its policy lets the change be seen."""
    head, tag, rest = page.decode().partition('<script type="application/vnd')
    changed = change(head)
    assert changed != head
    return (changed + tag + rest).encode()


def found(tab: Any) -> tuple[str, str]:
    return tab.states()["page"], tab.text("page")


def dropped(tab: Any, page: bytes) -> Any:
    """The tab after a page was dropped on it."""
    tab.page.evaluate("document.getElementById('check').dataset.state = 'given'")
    tab.page.set_input_files("#file", {"name": "certificate.html", "mimeType": "text/html", "buffer": page})
    tab.until("document.getElementById('check').dataset.state !== 'given'")
    return tab


@pytest.mark.parametrize("name", ADDED)
def test_what_is_added(name: str, show: Callable[..., Any], certificate: Any) -> None:
    tab = show(altered(certificate.page, lambda head: head.replace(MORE, f"{ADDED[name]}\n{MORE}", 1)))
    assert found(tab)[0] == "failed"


def test_what_is_added_to_a_dropped_page(show: Callable[..., Any], certificate: Any, alone: bytes) -> None:
    tab = show(alone)
    pages = {
        name: altered(certificate.page, lambda h, p=part: h.replace(MORE, p + MORE, 1)) for name, part in ADDED.items()
    }
    missed = []
    for name, page in {"nothing": certificate.page, **pages}.items():
        dropped(tab, page)
        failed = "cannot be read" in tab.summary() or tab.states()["page"] == "failed"
        missed += [name] if failed != (name != "nothing") else []
    assert missed == []
    assert all("Content Security Policy" in text for text in tab.faults)  # what was dropped, and was not done


def swapped(text: str, one: str, other: str) -> str:
    return text.replace(one, "\0", 1).replace(other, one, 1).replace("\0", other, 1)


def cards_swapped(head: str) -> str:
    first, second = re.findall(r'<p class="value" data-at="results/\d+/text">[^<]*</p>', head)[:2]
    return swapped(head, first, second)


def card_left_out(head: str) -> str:
    start = head.index('<article class="card">')
    return head[:start] + head[head.index("</article>", start) + len("</article>") :]


def rows_left_out(head: str) -> str:
    return re.sub(r'<tr data-at="results/0/budget/0".*?</tr>', "", head, count=1, flags=re.DOTALL)


def in_a_caption(head: str) -> str:
    start = head.index(CHIP)
    end = head.index("</p>", start) + 4
    chip = head[start:end]
    return re.sub(r"</figcaption>", lambda m: chip + m[0], head[:start] + head[end:], count=1)


OTHERWISE: dict[str, Callable[[str], str]] = {
    "results under each other's titles": cards_swapped,
    "a result left out": card_left_out,
    "a line of a budget left out": rows_left_out,
    "a verdict where nobody sees it": in_a_caption,
    "the colour of another verdict": lambda h: h.replace(CHIP, '<p class="chip conforming">', 1),
    "limits of use exchanged": lambda h: swapped(h, "<dt>Valid for</dt>", "<dt>Not valid for</dt>"),
    "limits of use left out": lambda h: re.sub(r"<dt>Not valid for</dt><dd[^>]*>[^<]*</dd>", "", h),
    "the policy": lambda h: h.replace("connect-src 'none'", "connect-src *", 1),
    "no policy": lambda h: re.sub(r"<meta http-equiv[^>]*>", "", h),
    "a changed style sheet": lambda h: h.replace("</style>", " .chip { visibility: hidden } </style>", 1),
    "another language": lambda h: h.replace('<html lang="en">', '<html lang="ar" dir="rtl">', 1),
    "a class that covers": lambda h: h.replace('<p class="value"', '<p class="stamp"', 1),
    "not on paper": lambda h: h.replace('<section class="trust">', '<section class="own-check">', 1),
    "text after the end": lambda h: h.replace("</main>", "</main><p>Approved for all uses.</p>", 1),
    "an attribute of the body": lambda h: h.replace("<body>", '<body onload="1">', 1),
    "a filled box": lambda h: h.replace('<div id="box"></div>', '<div id="box"><p>All good.</p></div>', 1),
    "a summary that says yes": lambda h: re.sub(r'(id="box-summary"[^>]*>)[^<]*', r"\1All good.", h),
    "a heading bound twice": lambda h: h.replace("<h1 ", '<h1 id="check" ', 1),
}


@pytest.mark.parametrize("name", OTHERWISE)
def test_what_is_otherwise(name: str, show: Callable[..., Any], certificate: Any) -> None:
    tab = show(altered(certificate.page, OTHERWISE[name]))
    assert found(tab)[0] == "failed", found(tab)


def test_a_page_of_another_version_is_not_checked(
    show: Callable[..., Any], sign: Callable[..., Any], alone: bytes
) -> None:
    """Another version makes pages otherwise: what differs is shown, and counts neither for the page nor against it."""
    other = sign(ec.generate_private_key(ec.SECP256R1()), program={"measurand": "0.0.1"})
    worded = other.page.replace(b"</h2>", b", in other words</h2>", 1)
    tab = dropped(show(alone), worded)
    state, text = found(tab)
    assert state == "open" and "0.0.1" in text and "in other words" in text
    assert tab.states()["signature"] == "passed"
    assert tab.page.get_attribute("#check", "data-state") == "open"
    assert found(dropped(show(alone), other.page))[0] == "passed"


def test_another_script_in_a_dropped_page(show: Callable[..., Any], certificate: Any, alone: bytes) -> None:
    """A page cannot find that its own script was changed; a page that was there before does."""
    page = certificate.page.replace(b'"use strict";\n', b'"use strict";\nconst forged = 1;\n', 1)
    state, text = found(dropped(show(alone), page))
    assert state == "failed" and "another version of the program" in text


def test_names_of_the_prototype(show: Callable[..., Any], sign: Callable[..., Any]) -> None:
    hostile = {"__proto__": "x", "constructor": "y", "toString": "z", "measurand": "1"}
    made = sign(ec.generate_private_key(ec.SECP256R1()), program=hostile)
    tab = show(made.page)
    assert tab.states()["page"] == "passed"
    assert tab.page.evaluate("({}).x === undefined && Object.keys(Object.prototype).length === 0")
    assert tab.faults == []


@pytest.mark.parametrize("value", ["0x1F", "0b1", " 0.9", "1_0", "\uff11", "+1", ".5", "5.", "Infinity", "1e1000"])
def test_numbers_of_another_grammar(value: str, show: Callable[..., Any], certificate: Any) -> None:
    tab = show(certificate.page)
    tab.states()
    for name in ("real", "decimal"):
        raised = tab.page.evaluate(
            f"(text) => {{ try {{ {name}(text); return false; }} catch {{ return true; }} }}", value
        )
        assert raised or (name, value) == ("decimal", "1e1000")
