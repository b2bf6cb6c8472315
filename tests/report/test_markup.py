from html.parser import HTMLParser

from hypothesis import given
from hypothesis import strategies as st

from cluejudge.report.markup import Html, join, tag, text


class Reader(HTMLParser):
    """What a browser would find in a piece of HTML."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[dict[str, str | None]] = []
        self.data = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes.append(dict(attrs))

    def handle_data(self, data: str) -> None:
        self.data += data


def read(html: str) -> Reader:
    reader = Reader()
    reader.feed(html)
    reader.close()
    return reader


@given(st.text())
def test_text_can_never_become_markup(value: str) -> None:
    reader = read(tag("p", value, title=value))
    assert reader.tags == ["p"]
    assert list(reader.attributes[0]) == ["title"]


@given(st.text(alphabet=st.characters(codec="ascii", min_codepoint=32, exclude_characters="\x7f")))
def test_plain_text_is_kept_as_it_is(value: str) -> None:
    assert read(tag("p", value)).data == value


def test_invisible_characters_are_spelled_out() -> None:
    assert text("a\x1b[31m\u202eb\x00\udc80") == r"a\x1b[31m\u202eb\x00\udc80"


def test_html_is_not_escaped_twice() -> None:
    inner = tag("b", "1 < 2")
    assert tag("p", inner) == "<p><b>1 &lt; 2</b></p>"
    assert join(["<", inner]) == "&lt;<b>1 &lt; 2</b>"
    assert isinstance(inner, Html)


def test_attributes() -> None:
    made = tag("input", type="radio", checked=True, disabled=False, data_x=1.5, class_="a", id=None)
    assert made == '<input type="radio" checked data-x="1.5" class="a">'
    assert tag("rect", x=10, y=0.333, width=-0.004) == '<rect x="10" y="0.33" width="0"/>'
