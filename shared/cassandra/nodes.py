"""The nodes of the store, as a session that was just opened knows them."""

from shared.cassandra.client import Store


def away(store: Store) -> tuple[int, list[str]]:
    """How many nodes there are, and the addresses of those that do not answer."""
    hosts = store.session.cluster.metadata.all_hosts()
    return len(hosts), sorted(str(host.address) for host in hosts if not host.is_up)
