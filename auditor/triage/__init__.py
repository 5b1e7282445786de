"""What broke: one look under one deadline, and what follows from it.

`look` sees, `causes` ranks what explains it, `told` puts both together with what happened and what it took.
"""
