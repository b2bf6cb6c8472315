"""Shards judged by the actors of a Ray cluster, through Ray Data.

A row of the dataset is the numbers of some shards, so that an image stays with all its questions in
one place, and a part has one writer. Ray Data decides which actor judges which of them, starts lost
actors anew, and asks again what they had been asked. There is no scheduler here.

Ray Data's own checkpoints are not used. They know of whole blocks of a dataset, keep the ids of all
finished rows in memory, and know of one engine only. Parts and journals say for each image whether
it is judged, whatever the engine: a run that was begun on a cluster may be finished without one.
"""

from cluejudge.batch.engines.ray.engine import RayEngine

__all__ = ["RayEngine"]
