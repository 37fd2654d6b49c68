"""One direction of an edge: how long bytes take, which are altered, and whether any pass."""

import random
from collections import Counter

SHAPED_PIECE_S = 0.005  # with a limited rate bytes come in pieces of so many seconds


class Way:
    """What holds for every connection of an edge in one direction, one after the other.

    delay   of each piece, drawn evenly from a range; TCP keeps the order, so none overtakes
    rate    bytes a second, shared by the connections
    flip    one bit in so many bytes on average, after the handshake
    """

    def __init__(self, chance: random.Random, count: Counter, on_carried, handshake: int):
        self.delay = (0.0, 0.0)
        self.rate = 0.0  # 0: no limit
        self.stands_still = False
        self._still_until = 0.0
        self._flip = 0.0  # 0: none
        self._to_flip = 0.0  # bytes until the next
        self._free_at = self._last_due = 0.0
        self._chance, self._count, self._on_carried = chance, count, on_carried
        self._handshake = handshake

    def set_flip(self, mean: float) -> None:
        self._flip = mean
        self._to_flip = self._chance.expovariate(1 / mean) if mean else 0.0

    def piece(self, most: int) -> int:
        return max(1000, min(most, int(self.rate * SHAPED_PIECE_S))) if self.rate else most

    def due(self, length: int, now: float) -> float:
        """When bytes read now arrive: after those before them."""
        if self.rate:
            self._free_at = max(now, self._free_at) + length / self.rate
        sent = self._free_at if self.rate else now
        late = self._chance.uniform(*self.delay) if self.delay[1] else 0.0
        self._last_due = max(self._last_due, sent + late)
        return self._last_due

    def altered(self, data: bytes, position: int) -> bytes:
        """The bytes from `position` of a connection, some bits of them flipped."""
        spared = max(0, min(len(data), self._handshake - position))
        exposed = len(data) - spared
        if not self._flip or not exposed:
            return data
        changed = bytearray(data)
        at = spared
        while self._to_flip < len(data) - at:
            at += int(self._to_flip)
            changed[at] ^= 1 << self._chance.randrange(8)
            self._count["flips"] += 1
            at += 1
            self._to_flip = self._chance.expovariate(1 / self._flip)
        self._to_flip -= len(data) - at
        return bytes(changed)

    def stand_still(self, until: float) -> None:
        self.stands_still = True
        self._still_until = max(self._still_until, until)

    def go_on(self, now: float) -> bool:
        """Whether it moves again; a later standstill may hold it longer."""
        if now >= self._still_until:
            self.stands_still = False
        return not self.stands_still

    def carried(self, sent: int, counted: bool) -> None:
        self._count["bytes"] += sent
        if counted and sent:
            self._on_carried(sent)
