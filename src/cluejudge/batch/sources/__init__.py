"""Collections in all the ways they are kept: what is in them, and the bytes of each row.

They know no judge, and read nothing of an image but what tells that it is one.
"""
