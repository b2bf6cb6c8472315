from __future__ import annotations

from cluejudge.batch.sources.imagecolumn import Column, image_column
from tests.batch.sources.making import RED


def chosen(*columns: Column, given: str = "") -> str:
    return image_column(columns, [one.name for one in columns], given, "it")


def test_what_holds_images_goes_before_what_names_them() -> None:
    assert chosen(Column("url", False, ["https://a/b.jpg"]), Column("x", True, [RED])) == "x"
    struct = {"bytes": None, "path": "a.png"}
    assert chosen(Column("text", False, ["a dog"]), Column("x", True, [None, struct])) == "x"


def test_names_of_images_go_before_other_texts() -> None:
    told = Column("caption", False, ["as in cat.png", "none", "none"])
    where = Column("where", False, ["a.png", "https://b/c.jpeg?size=2", "", None])
    assert chosen(told, where) == "where"
    assert chosen(told, Column("film", False, ["a.mp4"])) == "film"


def test_a_known_name_tells_where_content_does_not() -> None:
    assert chosen(Column("n", True, [b"x"]), Column("Image", True, [b"broken"])) == "Image"
    assert chosen(Column("n", False, ["1"]), Column("url", False, ["https://a/1"])) == "url"


def test_the_only_column_is_it_and_a_given_one_always() -> None:
    assert chosen(Column("n", False, ["1"])) == "n"
    assert chosen(Column("a", True, [RED]), Column("b", True, [RED]), given="b") == "b"
