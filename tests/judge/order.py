"""Per-key order under at-least-once delivery.

After a crash the engine sends again from its checkpoint, so a key's versions may go back: 1 2 3 2 3 is fine, since whoever
follows ends at 3 and saw no gap. What may not be is an older version after a newer one that is not sent again: 1 3 2.
"""

Version = tuple[int, int | None]


def violations(histories: dict[tuple, list[Version]], show: int = 5) -> list[str]:
    """Keys whose order is broken, and keys that were spread over partitions (then there is no order to speak of)."""
    problems = []
    for key, history in histories.items():
        if len({partition for partition, _ in history}) > 1:
            problems.append(f"key {key} is in more than one partition")
        elif (version := not_sent_again([version for _, version in history])) is not None:
            problems.append(f"key {key}: after version {version} came newer ones, which an older one followed for good")
    more = len(problems) - show
    return problems[:show] + ([f"and {more} more keys out of order"] if more > 0 else [])


def not_sent_again(versions: list[int | None]) -> int | None:
    """The first version, from the end, after which a newer one is missing; None when the order is sound.

    Tombstones carry no version: only their effect on the rebuilt table tells, so they are left out here. From the end
    backwards the versions seen must always be all those from some version on.
    """
    numbered = [version for version in versions if version is not None]
    rank = {version: place for place, version in enumerate(sorted(set(numbered)))}
    lowest_seen = len(rank)
    for version in reversed(numbered):
        if rank[version] < lowest_seen - 1:
            return version
        lowest_seen = min(lowest_seen, rank[version])
    return None
