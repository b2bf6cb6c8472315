"""Small collections for tests, and what comes out of them."""

from __future__ import annotations

import io
import json
import tarfile
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import fsspec
from PIL import Image

from cluejudge.batch.arrow import pa, pq
from cluejudge.batch.entries import Data, Entry, Refusal
from cluejudge.batch.plan import InputFormat, InputSpec
from cluejudge.batch.sources.base import Source
from cluejudge.batch.sources.registry import open_source


def png(colour: str = "red") -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (8, 8), colour).save(out, "PNG")
    return out.getvalue()


RED, BLUE = png("red"), png("blue")


def write(root: Path, files: dict[str, bytes]) -> Path:
    for name, data in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(data)
    return root


def tar(
    members: Sequence[tuple[str, bytes]], mode: str = "w", *, extra: Iterable[tarfile.TarInfo] = ()
) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode=mode) as file:  # type: ignore[call-overload]
        for name, data in members:
            info = tarfile.TarInfo(name)
            info.size = len(data)
            file.addfile(info, io.BytesIO(data))
        for info in extra:
            file.addfile(info)
    return out.getvalue()


def parquet(columns: dict[str, object], rows: int = 1024, **options: object) -> bytes:
    out = io.BytesIO()
    pq.write_table(pa.table(columns), out, row_group_size=rows, **options)
    return out.getvalue()


def arrow(*batches: list[bytes]) -> bytes:
    out = io.BytesIO()
    kind = pa.struct([("bytes", pa.binary()), ("path", pa.string())])
    schema = pa.schema([("image", kind), ("label", pa.int64())])
    with pa.ipc.new_stream(out, schema) as writer:
        for images in batches:
            cells = pa.array([{"bytes": one, "path": None} for one in images], kind)
            labels = pa.array(range(len(images)), pa.int64())
            writer.write_batch(pa.RecordBatch.from_arrays([cells, labels], schema=schema))
    return out.getvalue()


def state(*names: str, **more: object) -> bytes:
    return json.dumps({"_data_files": [{"filename": name} for name in names], **more}).encode()


def put(bucket: str, files: dict[str, bytes]) -> str:
    for name, data in files.items():
        fsspec.filesystem("memory").pipe(f"{bucket}/{name}", data)
    return bucket


@contextmanager
def served(handler: Callable[..., BaseHTTPRequestHandler]) -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def opened(
    where: Path | str,
    kind: InputFormat = InputFormat.AUTO,
    *,
    image: str = "",
    id: str = "",
    carry: Sequence[str] = (),
    storage: dict[str, str] | None = None,
) -> Source:
    spec = InputSpec(
        where=str(where),
        format=kind,
        image=image,
        id=id,
        carry=tuple(carry),
        storage=storage or {},
    )
    return open_source(spec)


def listed(source: Source) -> pa.Table:
    batches = list(source.listing())
    names = ["id", "place", "stamp", *(f"+{name}" for name in source.columns.names)]
    return pa.Table.from_batches(batches).rename_columns(names)


def entries(source: Source) -> list[Entry]:
    table = listed(source)
    columns = [table.column(name).to_pylist() for name in ("id", "place", "stamp")]
    return [Entry(row, *values) for row, values in enumerate(zip(*columns, strict=True))]


def ids(source: Source) -> list[str]:
    return [entry.id for entry in entries(source)]


def carried(source: Source) -> dict[str, list[object]]:
    table = listed(source)
    return {name: table.column(f"+{name}").to_pylist() for name in source.columns.names}


def fetched(source: Source) -> dict[str, Data | Refusal]:
    return {one.entry.id: one.data for one in source.fetch(entries(source))}


def codes(source: Source) -> dict[str, str]:
    """The codes of the rows that are refused when they are fetched."""
    return {name: data.code for name, data in fetched(source).items() if isinstance(data, Refusal)}
