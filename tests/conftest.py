"""For all tests: property tests have no deadline, for the machine may be busy with other work."""

from hypothesis import settings

settings.register_profile("cluejudge", deadline=None)
settings.load_profile("cluejudge")
