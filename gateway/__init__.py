"""Who people and partners are, and the one way in.

Three processes: `edge` checks every request and passes it on, `idp` holds accounts, OAuth, My work
and Operations, the worker carries events. Owns organisations, people, roles, clients, sessions and
the checkpoints of every audit chain. Publishes identity events; listens to audit checkpoints.
"""
