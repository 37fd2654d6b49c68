"""Two nodes, the connections between them, and what befalls these."""

import random
import socket
from collections import Counter

from fault_proxy_lib.relay import HANDSHAKE, Relay
from fault_proxy_lib.replay import Replay
from fault_proxy_lib.script import Rule
from fault_proxy_lib.way import Way

COUNTED = (
    "connections bytes cuts resets refusals half_opens replays flips ended unreachable".split()
)


class Edge:
    """The edge {i, j}: one listening port for i to reach j, one for j to reach i."""

    def __init__(self, proxy, i: int, j: int, seed: int):
        self.proxy, self.i, self.j, self.seed = proxy, i, j, seed
        self.count = Counter({name: 0 for name in COUNTED})
        self.relays: set[Relay] = set()
        self.ways = {
            (a, b): Way(random.Random(f"{seed}/{a}>{b}"), self.count, self.carried, HANDSHAKE)
            for a, b in ((i, j), (j, i))
        }
        self.listeners: dict[tuple[int, int], socket.socket] = {}
        self.targets: dict[tuple[int, int], tuple] = {}
        self.refuses_until = 0.0
        self._total = 0  # bytes carried that count for rules
        self._due: list[tuple[float, Rule, random.Random]] = []  # at which total each rule is

    def add_rule(self, number: int, rule: Rule) -> None:
        """A rule that applies here."""
        chance = random.Random(f"{self.seed}/{number}/{self.i}-{self.j}")
        if rule.in_bytes:
            self._due.append((self._wait(rule, chance), rule, chance))
        else:
            self._schedule(rule, chance)

    @staticmethod
    def _wait(rule: Rule, chance: random.Random) -> float:
        return chance.expovariate(1 / rule.amount) if rule.when == "every" else rule.amount

    def _schedule(self, rule: Rule, chance: random.Random) -> None:
        def strike(now: float):
            # What strikes again and again strikes what works: a cut is not made longer by the next.
            if rule.when == "at" or self.works():
                self.strike(rule, chance, now)
            if rule.when == "every":
                self.proxy.call_at(now + self._wait(rule, chance), strike)

        self.proxy.after_begin(self._wait(rule, chance), strike)

    def works(self) -> bool:
        """Whether some connection is past its handshake in both directions."""
        return any(min(r.out.passed, r.back.passed) > HANDSHAKE for r in self.relays)

    def carried(self, sent: int) -> None:
        self._total += sent
        for at, (due, rule, chance) in enumerate(self._due):
            if self._total < due:
                continue
            again = self._total + self._wait(rule, chance) if rule.when == "every" else 1e30
            self._due[at] = (again, rule, chance)
            self.proxy.call_at(
                0.0, lambda now, rule=rule, chance=chance: self.strike(rule, chance, now)
            )

    # --- what may befall it -------------------------------------------------------------------

    def strike(self, rule: Rule, chance: random.Random, now: float) -> None:
        length = chance.uniform(rule.low, rule.high)
        ways = [self.ways[way] for way in rule.ways(self.i, self.j)]
        if rule.kind == "delay":
            for way in ways:
                way.delay = (rule.low, rule.high)
        elif rule.kind == "rate":
            for way in ways:
                way.rate = rule.low
        elif rule.kind == "flip":
            for way in ways:
                way.set_flip(rule.low)
        elif rule.kind == "cut":
            self.count["cuts"] += bool(self.relays)
            self.end_all(rule.polite)
            self.refuse(length, now)
        elif rule.kind == "reset":
            self.count["resets"] += bool(self.relays)
            self.end_all(polite=False)
        elif rule.kind == "refuse":
            self.count["refusals"] += 1
            self.refuse(length, now)
        elif rule.kind == "half-open":
            self.half_open(ways, length, now)
        elif rule.kind == "replay":
            self.replay()

    def end_all(self, polite: bool) -> None:
        for relay in list(self.relays):
            self.count["ended"] += 1
            relay.end(polite)

    def refuse(self, length: float, now: float) -> None:
        """The ports stay ours and listen no more: the kernel refuses."""
        if length <= 0:
            return
        if now >= self.refuses_until:
            for listener in self.listeners.values():
                self.proxy.selector.unregister(listener)
                listener.shutdown(socket.SHUT_RD)
        self.refuses_until = max(self.refuses_until, now + length)
        self.proxy.call_at(self.refuses_until, self._admit)

    def _admit(self, now: float) -> None:
        if not self.refuses_until or now < self.refuses_until:
            return
        self.refuses_until = 0.0
        for way, listener in self.listeners.items():
            self.proxy.listen(listener, (self, way))

    def half_open(self, ways: list[Way], length: float, now: float) -> None:
        self.count["half_opens"] += 1
        for way in ways:
            way.stand_still(now + length)
        self._watch()
        self.proxy.call_at(now + length, lambda now: self._go_on(ways, now))

    def _go_on(self, ways: list[Way], now: float) -> None:
        moving = [way for way in ways if way.go_on(now)]
        for relay in list(self.relays):
            for pipe in (relay.out, relay.back):
                if pipe.way in moving and relay.connected:
                    pipe.resume(now)

    def _watch(self) -> None:
        for relay in self.relays:
            relay.watch()

    def accept(self, way: tuple[int, int], now: float) -> None:
        try:
            dialled, _ = self.listeners[way].accept()
        except OSError:
            return  # it has gone before its turn
        self.count["connections"] += 1
        Relay(self.proxy, self, dialled, self.targets[way], self.ways[way], self.ways[way[::-1]])

    def replay(self) -> None:
        for relay in list(self.relays):
            if relay.first_words:
                self.count["replays"] += 1
                self.proxy.replays.append(Replay(self.proxy, relay.first_words, relay.target))
