"""What is true of every page: well-formed, titled, labelled, without a dead link."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from urllib.parse import urlsplit
from xml.etree.ElementTree import Element

import html5lib
from werkzeug.exceptions import MethodNotAllowed, NotFound
from werkzeug.test import TestResponse

from tests.support.listeners import Browser

SVG = "{http://www.w3.org/2000/svg}"
_REFERENCES = ("aria-labelledby", "aria-describedby", "aria-controls", "for")


@dataclass
class Pages:
    """Opens pages in somebody's browser; each is checked, and so is every link on it, once."""

    browser: Browser
    followed: set[str] = field(default_factory=set)

    def open(self, path: str, *, status: int = 200) -> TestResponse:
        """Return the page at `path`, after a look at its HTML and its links."""
        answer = self.browser.get(path)
        assert answer.status_code == status, f"{path}: {answer.status_code}"
        self.check(answer, path)
        return answer

    def check(self, answer: TestResponse, path: str) -> None:
        root = checked(answer.text, path)
        for link in (*root.iter("a"), *root.iter(f"{SVG}a")):
            self._follow(link.attrib["href"], path)
        for form in root.iter("form"):
            self._match(form.attrib.get("action", path), form.attrib.get("method", "get"), path)
        for element in root.iter():
            for method in ("get", "post"):
                if address := element.attrib.get(f"hx-{method}"):
                    self._match(address, method, path)

    def _follow(self, address: str, origin: str) -> None:
        parts = urlsplit(address)
        if parts.netloc or address in self.followed or address.startswith("#"):
            assert parts.scheme in {"", "https"}, f"{origin} links to {address}"
            return
        self.followed.add(address)
        answer = self.browser.get(address)
        answer.get_data()  # A download is made while it is read.
        assert answer.status_code in {200, 302}, f"{origin} links to {address}: {answer.status_code}"

    def _match(self, address: str, method: str, origin: str) -> None:
        urls = self.browser.client.application.url_map.bind("127.0.0.1")
        try:
            urls.match(urlsplit(address).path, method=method.upper())
        except (NotFound, MethodNotAllowed) as error:
            raise AssertionError(f"{origin} has a form to {method} {address}: {error.name}") from error


def checked(html: str, path: str) -> Element:
    """Return the parsed page after a look at it; AssertionError names what is wrong."""
    parser = html5lib.HTMLParser(namespaceHTMLElements=False)
    root: Element = parser.parse(html)
    problems = [f"line {place[0]}: {code} {details}" for place, code, details in parser.errors]
    problems += _structure(root)
    problems += _elements(root)
    assert not problems, f"{path}:\n" + "\n".join(problems)
    return root


def checked_fragment(html: str) -> list[Element]:
    """Return the elements of a part of a page, after a look at them."""
    parser = html5lib.HTMLParser(namespaceHTMLElements=False)
    fragment = parser.parseFragment(html)
    problems = [f"line {place[0]}: {code} {details}" for place, code, details in parser.errors]
    for element in fragment:
        problems += _elements(element)
    assert not problems, "\n".join(problems)
    return list(fragment)


def text_of(element: Element) -> str:
    """Return all text in an element, its white space made single."""
    return " ".join("".join(element.itertext()).split())


def by_id(root: Element, name: str) -> Element:
    """Return the one element with that id."""
    [found] = [element for element in root.iter() if element.attrib.get("id") == name]
    return found


def _structure(root: Element) -> Iterator[str]:
    if root.attrib.get("lang") != "en":
        yield "the page has no language"
    if len(list(root.iter("h1"))) != 1:
        yield f"the page has {len(list(root.iter('h1')))} main headings"
    if len(list(root.iter("main"))) != 1:
        yield "the page has no main part"
    titles = [text_of(title) for title in root.findall("head/title")]
    if len(titles) != 1 or not titles[0] or titles[0].startswith("·"):
        yield f"the page has the titles {titles}"
    levels = [int(element.tag[1]) for element in root.iter() if element.tag in {"h1", "h2", "h3", "h4"}]
    if any(later - earlier > 1 for earlier, later in pairwise(levels)):
        yield f"the headings leave out a level: {levels}"


def _elements(root: Element) -> Iterator[str]:
    ids = Counter(element.attrib["id"] for element in root.iter() if "id" in element.attrib)
    yield from (f"{count} elements have the id {name}" for name, count in ids.items() if count > 1)
    labelled = {label.attrib.get("for") for label in root.iter("label")}
    for element in root.iter():
        if callable(element.tag):  # A comment's tag is the function that makes one.
            continue
        yield from _inline(element)
        yield from _needs(element, labelled)
        if root.tag == "html":
            yield from _references(element, ids)


def _inline(element: Element) -> Iterator[str]:
    if element.tag == "style" or (element.tag == "script" and "src" not in element.attrib):
        yield f"inline <{element.tag}>"
    for name, value in element.attrib.items():
        if name == "style" or name.startswith(("on", "hx-on")):
            yield f"inline {name} on <{element.tag}>"
        if value.strip().lower().startswith(("javascript:", "vbscript:", "data:")) and name != "title":
            yield f"<{element.tag} {name}={value[:40]}>"


def _needs(element: Element, labelled: set[str | None]) -> Iterator[str]:
    attributes = element.attrib
    if element.tag == "img" and "alt" not in attributes:
        yield "a picture has no alt"
    is_field = element.tag in {"select", "textarea"} or (
        element.tag == "input" and attributes.get("type") not in {"hidden", "submit"}
    )
    if is_field and attributes.get("id") not in labelled and "aria-label" not in attributes:
        yield f"a field has no label: {attributes}"
    if element.tag in {"a", "button"} and "hidden" not in attributes and not text_of(element):
        yield f"<{element.tag}> says nothing"
    if element.tag == "form" and attributes.get("method") == "post":
        tokens = [field for field in element.iter("input") if field.attrib.get("name") == "csrf_token"]
        if len(tokens) != 1 or not tokens[0].attrib.get("value"):
            yield f"the form to {attributes.get('action')} has no token"


def _references(element: Element, ids: Counter[str]) -> Iterator[str]:
    for name in _REFERENCES:
        for target in element.attrib.get(name, "").split():
            if target not in ids:
                yield f"{name} of <{element.tag}> points to {target}, which is not on the page"
    for name in ("href", "hx-target"):
        target = element.attrib.get(name, "")
        if target.startswith("#") and target[1:] not in ids:
            yield f"{name} of <{element.tag}> points to {target}, which is not on the page"
