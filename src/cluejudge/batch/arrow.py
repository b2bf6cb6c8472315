"""Arrow and parquet, or what to install to have them. Everyone in a batch takes them from here."""

from cluejudge.errors import MissingExtraError

try:
    import pyarrow as pa
    import pyarrow.compute as pc
    import pyarrow.parquet as pq
except ImportError as error:
    raise MissingExtraError("judging a collection", "batch") from error

__all__ = ["counts", "pa", "pc", "pq"]


def counts(values: pa.Array) -> dict[str, int]:
    """How often each value is there; null does not count."""
    pairs = values.drop_null().value_counts().to_pylist()
    return {pair["values"]: pair["counts"] for pair in pairs}
