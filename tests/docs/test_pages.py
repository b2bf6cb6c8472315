import pytest

from tests.docs.pages import Block, blocks, commands, links

PAGE = """\
# A page

```python
a = 1
```

Text with a [link](other.md#part), [another](https://example.org) and [a third](#here).

```console
$ cat one \\
    two
output
$ ls
```
"""


def test_blocks_are_found_with_their_lines() -> None:
    python, console = blocks(PAGE)
    assert python == Block("python", "a = 1\n", 4)
    assert (console.language, console.line) == ("console", 10)


def test_commands_are_the_lines_after_a_dollar() -> None:
    console = list(blocks(PAGE))[1]
    assert commands(console) == ["cat one \\\n    two", "ls"]


def test_an_open_block_is_an_error() -> None:
    with pytest.raises(ValueError, match="line 2 is never closed"):
        list(blocks("```python\na = 1\n"))


def test_links_within_the_project() -> None:
    assert links(PAGE) == ["other.md"]
