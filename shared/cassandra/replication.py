"""How many nodes keep a copy of each row, among those that a search may ask."""

from shared.cassandra.client import Store


def copies(store: Store) -> int:
    """Copies in the local data centre; all there are where the keyspace's strategy knows no data centres.

    A strategy that says neither is taken for one with several.
    """
    strategy = store.session.cluster.metadata.keyspaces[store.keyspace].replication_strategy
    by_datacenter = getattr(strategy, "dc_replication_factors", None)
    if by_datacenter is not None:
        return int(by_datacenter.get(store.datacenter, 0))
    return int(getattr(strategy, "replication_factor", 2))
