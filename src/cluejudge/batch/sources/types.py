"""Which arrow types can hold an image, or name one."""

from __future__ import annotations

from cluejudge.batch.arrow import pa


def is_text(kind: pa.DataType) -> bool:
    """Whether it is text, plain or from a dictionary."""
    kind = _plain(kind)
    return bool(
        pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind)
    )


def holds_bytes(kind: pa.DataType) -> bool:
    """Whether it is bytes, or a struct with `bytes` or a `path` as data sets have it."""
    kind = _plain(kind)
    if pa.types.is_struct(kind):
        inner = {kind.field(at).name: kind.field(at).type for at in range(kind.num_fields)}
        return ("bytes" in inner and _is_binary(inner["bytes"])) or (
            "path" in inner and is_text(inner["path"])
        )
    return _is_binary(kind)


def _is_binary(kind: pa.DataType) -> bool:
    kind = _plain(kind)
    types = pa.types
    return bool(types.is_binary(kind) or types.is_large_binary(kind) or types.is_binary_view(kind))


def _plain(kind: pa.DataType) -> pa.DataType:
    """The type that is stored."""
    if isinstance(kind, pa.BaseExtensionType):
        kind = kind.storage_type
    return kind.value_type if pa.types.is_dictionary(kind) else kind
