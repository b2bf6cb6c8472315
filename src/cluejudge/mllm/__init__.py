"""Open models in this process, through torch and transformers: the extra `torch`.

Importing anything of it raises `MissingExtraError` where one of the two is not installed.
"""

from importlib.util import find_spec

from cluejudge.errors import MissingExtraError

for _library in ("torch", "transformers"):
    if find_spec(_library) is None:
        raise MissingExtraError("a model in this process", "torch")
