"""The source's side of prepare and fetch: dossiers that lie ready, and who may have them.

    prepared = Prepared("prepared", keys=KeyFolder.default(me.oin))
    prepared.prepare("dossier.xml", receivers=["99XC"])
    LasSettings(..., providing=Providing(prepared=prepared, hub=hub))

Dossiers lie in the LAS's own storage until their last day, and the hub never has one
before it is asked for (design.md#providing).
"""
