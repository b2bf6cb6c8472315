"""Students of a judge: small, quick, made of its verdicts, and unsure of all they did not learn.

A student says of whole rules, by one embedding of a picture, whether the judge would find them
violated, and says so only where it was found to agree with the judge. `cluejudge.distill` trains
them; what is here needs numpy alone.
"""
