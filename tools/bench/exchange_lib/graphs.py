"""The layouts: which graph, how many nodes, how long the vectors, how many rounds."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Layout:
    """A graph by Starling's name for it."""

    name: str
    kind: str
    nodes: int

    def edges(self) -> list[tuple[int, int]]:
        """Of ring: i to i + 1. Of exponential: i to i + 2^k, either direction counted once."""
        n = self.nodes
        steps = [1] if self.kind == "ring" else [1 << k for k in range(n.bit_length())
                                                 if 1 << k < n]
        return sorted({(min(i, (i + s) % n), max(i, (i + s) % n))
                       for i in range(n) for s in steps if (i + s) % n != i})


@dataclass(frozen=True)
class Task:
    """One configuration, alike for every peer."""

    layout: Layout
    values: int
    rounds: int
    pin: bool = False
    edges: list[tuple[int, int]] = field(default_factory=list, compare=False)

    @property
    def warm_up(self) -> int:
        return max(2, min(50, self.rounds // 10))

    @property
    def stride(self) -> int:
        """About a thousand coordinates are compared; odd, so that all places in a chunk are met."""
        return max(1, self.values // 1000) | 1

    def samples(self) -> list[int]:
        places = list(range(0, self.values, self.stride))
        return places if places[-1] == self.values - 1 else places + [self.values - 1]

    @property
    def title(self) -> str:
        return f"{self.layout.name} d={self.values}"


LAYOUTS = (Layout("ring4", "ring", 4), Layout("ring8", "ring", 8),
           Layout("exponential8", "exponential", 8))
LENGTHS = (1_000, 100_000, 1_000_000, 25_000_000)
ROUNDS = ((10_000, 2000), (200_000, 400), (2_000_000, 80))  # up to this length: rounds
ROUNDS_BEYOND = 12


def default_rounds(values: int) -> int:
    return next((rounds for limit, rounds in ROUNDS if values <= limit), ROUNDS_BEYOND)


def runs_by_default(layout: Layout, values: int) -> bool:
    """Eight nodes of 25 million want 8 GB with the peers that keep whole vectors."""
    return layout.nodes <= 4 or values <= 1_000_000


def make_task(layout: Layout, values: int, rounds: int | None, pin: bool) -> Task:
    return Task(layout, values, rounds or default_rounds(values), pin, layout.edges())
