"""The test vectors in docs/vectors, for implementations that have only the contract.

`python -m support.vectors` writes them (`make vectors`). What is chosen by chance (keys,
certificates, signatures of ECDSA and PSS) is taken from the committed files if it is there and
holds, so that a run changes only what really changed.
"""
