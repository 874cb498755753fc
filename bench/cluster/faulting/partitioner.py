"""Where a key lies: murmur2 as Kafka's Java client computes it (`murmur2_random` of librdkafka)."""

_SEED, _MULTIPLIER, _SHIFT, _MASK = 0x9747B28C, 0x5BD1E995, 24, 0xFFFFFFFF


def partition_of(key: bytes, partitions: int) -> int:
    """The partition of a record with this key."""
    return (murmur2(key) & 0x7FFFFFFF) % partitions


def murmur2(data: bytes) -> int:
    """32 bits; see `org.apache.kafka.common.utils.Utils.murmur2`."""
    whole = len(data) // 4 * 4
    state = _SEED ^ len(data)
    for place in range(0, whole, 4):
        block = int.from_bytes(data[place : place + 4], "little") * _MULTIPLIER & _MASK
        block = (block ^ block >> _SHIFT) * _MULTIPLIER & _MASK
        state = (state * _MULTIPLIER & _MASK) ^ block
    if rest := data[whole:]:
        state = (state ^ int.from_bytes(rest, "little")) * _MULTIPLIER & _MASK
    state = (state ^ state >> 13) * _MULTIPLIER & _MASK
    return state ^ state >> 15
