"""Reading a page as its tests do: what it refers to, whether its tags close, and the text that people see."""

import re
from html import unescape
from html.parser import HTMLParser

_REFERENCES = ("src", "href", "xlink:href", "data", "action", "srcset", "poster")


class Checker(HTMLParser):
    """Notes references, tags, identifiers and labels of pictures, and tags that are not closed in order."""

    VOID = frozenset({"meta", "br", "hr", "img", "link", "input"})

    def __init__(self):
        super().__init__()
        self.references, self.tags, self.ids, self.open, self.pictures = [], set(), [], [], []

    def handle_starttag(self, tag, attrs):
        self.handle_startendtag(tag, attrs)
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.tags.add(tag)
        found = dict(attrs)
        self.references += [found[name] for name in _REFERENCES if name in found]
        self.ids += [found["id"]] if "id" in found else []
        if tag == "svg":
            self.pictures.append(found.get("aria-label", ""))

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


def check(page: str) -> Checker:
    checker = Checker()
    checker.feed(page)
    assert checker.open == []
    return checker


def text_of(page: str, without: str = "style|title") -> str:
    body = re.sub(rf"<({without}).*?</\1>", " ", page, flags=re.DOTALL)
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", body)))


def first_layer(page: str) -> str:
    """The page without what folds out; the titles of the folds stay, for they are in sight."""
    return re.sub(r"(<details>\s*<summary>.*?</summary>).*?</details>", r"\1</details>", page, flags=re.DOTALL)


def words(text: str) -> int:
    """How many words (and numbers) a text has."""
    return sum(any(letter.isalnum() for letter in word) for word in text.split())
