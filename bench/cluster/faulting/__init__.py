"""Faults on an installation of its own: what stands, what is sent to it, what is done to it, and when it is well again.

What became of everything is not judged here: `bench.cluster.verifying` does that, and knows none of our code.
"""
