from __future__ import annotations

from pathlib import Path

import pytest

from cluejudge.errors import ConstitutionError
from cluejudge.yamlfile import MAX_BYTES, read


def test_lines_are_those_of_the_keys_and_items() -> None:
    document = read(
        "# a remark\nname: x\nrules:\n  - id: a\n    text: >-\n      b\n      c\n  - d\n"
    )

    assert document.line(()) == 2
    assert document.line(("rules",)) == 3
    assert document.line(("rules", 0)) == 4
    assert document.line(("rules", 0, "text")) == 5
    assert document.line(("rules", 1)) == 8
    assert document.line(("rules", 0, "absent")) == 4
    assert document.line(("rules", 1, "any_of", 0, "text")) == 8


def test_a_text_of_one_line_is_a_path(tmp_path: Path) -> None:
    file = tmp_path / "rules.yaml"
    file.write_bytes(b"\xef\xbb\xbfname: x\r\nversion: 2\r\n")

    assert read(str(file)).data == read(file).data == {"name": "x", "version": 2}
    assert read("{name: x}").data == {"name": "x"}
    with pytest.raises(ConstitutionError, match="there is no such file"):
        read(tmp_path / "absent.yaml")
    with pytest.raises(ConstitutionError, match="there is no such file"):
        read("name: x")
    with pytest.raises(ConstitutionError, match="cannot be read"):
        read(tmp_path)
    with pytest.raises(ConstitutionError, match="cannot be read"):
        read("a\0b")


def test_a_file_that_is_not_utf8_is_refused_with_its_line(tmp_path: Path) -> None:
    file = tmp_path / "rules.yaml"
    file.write_bytes("name: x\ntext: Gewalt ist böse\n".encode("latin-1"))

    with pytest.raises(ConstitutionError, match="not UTF-8") as caught:
        read(file)

    assert (caught.value.path, caught.value.line) == (str(file), 2)


def test_a_file_that_is_too_large_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "rules.yaml"
    file.write_bytes(b"#" * (MAX_BYTES + 1))

    with pytest.raises(ConstitutionError, match="too large"):
        read(file)
    with pytest.raises(ConstitutionError, match="too large"):
        read("\n" * (MAX_BYTES + 1))
