"""The pairs of setups: which of the two is faster? Written down before any was run."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Setup:
    """One way to solve the reference quadratic of dimension d and condition kappa."""

    nodes: int
    graph: str  # KIND or KIND:DEGREE
    algorithm: str
    mixer: str = "plain"
    mixing_steps: int = 1  # 0: auto
    dimension: int = 1000
    kappa: float = 100

    def __str__(self) -> str:
        steps = self.mixing_steps or "auto"
        return (
            f"{self.algorithm}, {self.graph} of {self.nodes}, {self.mixer} K = {steps}, "
            f"d = {self.dimension}"
        )


def accelerated(nodes: int, graph: str, **more) -> Setup:
    return Setup(nodes, graph, "mudag", "chebyshev", 0, **more)


PAIRS = (
    # algorithms
    (accelerated(8, "ring"), Setup(8, "ring", "exact_diffusion")),
    (
        Setup(6, "ring", "extra", dimension=10_000),
        Setup(6, "ring", "gradient_tracking", dimension=10_000),
    ),
    (accelerated(4, "ring", dimension=100_000), Setup(4, "ring", "extra", dimension=100_000)),
    # graphs
    (Setup(8, "complete", "exact_diffusion"), Setup(8, "ring", "exact_diffusion")),
    (accelerated(8, "star", dimension=2000), accelerated(8, "complete", dimension=2000)),
    (Setup(5, "complete", "extra", dimension=5000), Setup(5, "star", "extra", dimension=5000)),
    (accelerated(8, "regular:4", dimension=20_000), accelerated(8, "ring", dimension=20_000)),
    # gossip steps
    (Setup(8, "ring", "gradient_tracking"), Setup(8, "ring", "gradient_tracking", "chebyshev", 0)),
    # sizes
    (Setup(4, "ring", "exact_diffusion"), Setup(7, "ring", "exact_diffusion")),
    (
        accelerated(6, "complete", dimension=50_000),
        Setup(6, "ring", "exact_diffusion", dimension=2000),
    ),
)
