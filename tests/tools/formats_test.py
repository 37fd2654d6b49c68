#!/usr/bin/env python3
"""Other programs read what starling-topology writes, and it reads what they write.

Argument: the folder of the built programs. networkx and Graphviz are independent readers; where one
is absent its tests are skipped, and say so.
"""

import json
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import unittest
import xml.etree.ElementTree as xml

try:
    import networkx
except ImportError:
    networkx = None
try:
    import scipy.io
except ImportError:
    scipy = None

needs_networkx = unittest.skipIf(networkx is None, "SKIPPED: networkx (python3-networkx) is absent")
needs_scipy = unittest.skipIf(scipy is None, "SKIPPED: scipy (python3-scipy) is absent")
needs_graphviz = unittest.skipIf(shutil.which("dot") is None, "SKIPPED: dot (graphviz) is absent")

GRAPHS = (
    ("ring", "--nodes", "7"),
    ("grid", "--rows", "3", "--cols", "4"),
    ("barbell", "--nodes", "10"),
    ("geometric", "--nodes", "40", "--radius", "0.35"),
    ("ring", "--nodes", "1"),
)
SVG = "{http://www.w3.org/2000/svg}"


def from_node_link(data):
    try:
        return networkx.node_link_graph(data, edges="links")
    except TypeError:  # before networkx 3.4, where "links" was the only name
        return networkx.node_link_graph(data)


def topology(*words, code=0):
    done = subprocess.run([PROGRAMS / "starling-topology", *words], text=True, capture_output=True,
                          check=False, timeout=120)
    if done.returncode != code:
        raise AssertionError(f"{words}: {done.returncode}: {done.stderr}")
    return done.stdout if code == 0 else done.stderr


def node_link(*words):
    """Nodes and {(u, v): weight} by our own JSON, u < v."""
    data = json.loads(topology("convert", *words, "--to", "json"))
    edges = {(link["source"], link["target"]): link.get("weight") for link in data["links"]}
    return [node["id"] for node in data["nodes"]], edges


class Case(unittest.TestCase):
    def setUp(self):
        scratch = tempfile.TemporaryDirectory()
        self.addCleanup(scratch.cleanup)
        self.folder = pathlib.Path(scratch.name)

    def file(self, name, text):
        path = self.folder / name
        path.write_text(text, encoding="utf-8")
        return path

    def expect_same(self, graph, nodes, edges):
        """A networkx graph of whole numbers against ours."""
        self.assertEqual(sorted(graph.nodes), nodes)
        found = {(min(u, v), max(u, v)): data.get("weight")
                 for u, v, data in graph.edges(data=True)}
        self.assertEqual(found, edges)


@needs_networkx
class Networkx(Case):
    def test_it_reads_graphml_json_and_edge_lists_with_the_same_weights(self):
        for words in GRAPHS:
            for extra in ((), ("--weights", "metropolis")):
                with self.subTest(graph=words, extra=extra):
                    nodes, edges = node_link(*words, *extra)
                    convert = ("convert", *words, *extra, "--to")
                    graphml = networkx.parse_graphml(topology(*convert, "graphml"), node_type=int)
                    self.assertFalse(graphml.is_directed())
                    self.expect_same(graphml, nodes, edges)
                    data = json.loads(topology(*convert, "json"))
                    self.expect_same(from_node_link(data), nodes, edges)
                    lines = topology(*convert, "edges").splitlines()
                    data = (("weight", float),) if extra else True
                    read = networkx.parse_edgelist(lines, nodetype=int, data=data)
                    read.add_nodes_from(nodes)  # a list of edges holds no lonely nodes
                    self.expect_same(read, nodes, edges)

    def test_its_graphml_is_read(self):
        graph = networkx.random_geometric_graph(30, 0.4, seed=3)
        for u, v in graph.edges:
            graph.edges[u, v]["weight"] = 1 / (3 + u + v)
            graph.edges[u, v]["colour"] = "<blue> & \"green\""
        for node in graph.nodes:
            graph.nodes[node].pop("pos", None)
            graph.nodes[node]["name"] = f"node {node}"
        text = "\n".join(networkx.generate_graphml(graph))
        nodes, edges = node_link(str(self.file("theirs.graphml", text)))
        self.expect_same(graph, nodes, edges)

    def test_a_directed_graph_of_it_is_refused(self):
        text = "\n".join(networkx.generate_graphml(networkx.DiGraph([(0, 1), (1, 2)])))
        error = topology("inspect", str(self.file("directed.graphml", text)), code=2)
        self.assertRegex(error, r"line \d+: a directed edge")

    def test_the_same_spectrum_comes_from_every_format(self):
        words = GRAPHS[3]
        reports = []
        for to in ("edges", "graphml", "mtx"):
            text = topology("convert", *words, "--weights", "metropolis", "--to", to)
            report = json.loads(topology("inspect", str(self.file(f"w.{to}", text)), "--json"))
            reports.append((report["edges"], report["weights"], round(report["lambda_2"], 12)))
        self.assertEqual(len(set(reports)), 1, reports)


@needs_scipy
class MatrixMarket(Case):
    def test_scipy_reads_w_to_the_bit_and_its_symmetric_files_are_mirrored(self):
        for words in GRAPHS[:4]:
            with self.subTest(graph=words):
                nodes, edges = node_link(*words, "--weights", "metropolis")
                text = topology("convert", *words, "--weights", "metropolis", "--to", "mtx")
                matrix = scipy.io.mmread(self.file("w.mtx", text)).tocsr()
                self.assertEqual({edge: matrix[edge] for edge in edges}, edges)
                self.assertLess(abs(matrix.sum(axis=1) - 1).max(), 1e-15)
                path = self.folder / "symmetric.mtx"
                scipy.io.mmwrite(path, matrix, symmetry="symmetric", precision=17)
                self.assertIn("symmetric", path.read_text("utf-8").splitlines()[0])
                self.assertEqual(node_link(str(path)), (nodes, edges))


@needs_graphviz
class Graphviz(Case):
    def test_dot_reads_every_node_and_edge(self):
        for words in GRAPHS:
            with self.subTest(graph=words):
                nodes, edges = node_link(*words)
                text = topology("convert", *words, "--weights", "metropolis", "--to", "dot")
                plain = subprocess.run(["dot", "-Tplain"], input=text, text=True, check=True,
                                       capture_output=True, timeout=120).stdout
                lines = [line.split() for line in plain.splitlines()]
                self.assertEqual(sorted(int(w[1]) for w in lines if w[0] == "node"), nodes)
                drawn = {tuple(sorted((int(w[1]), int(w[2])))) for w in lines if w[0] == "edge"}
                self.assertEqual(drawn, set(edges))


class Picture(Case):
    def draw(self, *words):
        path = self.folder / "graph.svg"
        topology("draw", *words, "--output", str(path))
        return xml.parse(path).getroot()

    def elements(self, root, name):
        return [e for e in root.iter() if e.get("class", "").split(" ")[0] == name]

    def test_it_is_xml_with_every_node_and_edge_in_every_layout(self):
        for words in GRAPHS:
            for layout in ("circle", "grid", "spring"):
                with self.subTest(graph=words, layout=layout):
                    nodes, edges = node_link(*words)
                    root = self.draw(*words, "--layout", layout)
                    self.assertEqual(root.tag, f"{SVG}svg")
                    groups = {g.get("class"): g for g in root.iter(f"{SVG}g")}
                    self.assertEqual(len(groups["nodes"]), len(nodes))
                    titles = [path.find(f"{SVG}title").text for path in groups["edges"]]
                    ends = [tuple(map(int, re.match(r"(\d+) - (\d+): weight", t).groups()))
                            for t in titles]
                    self.assertEqual(sorted(ends), sorted(edges))
                    for element in root.iter():  # nothing from elsewhere
                        self.assertNotIn(element.tag, (f"{SVG}script", f"{SVG}image"))
                        self.assertIsNone(element.get("href"))

    def test_the_colours_of_a_barbell_are_the_signs_of_its_two_bells(self):
        root = self.draw("barbell", "--nodes", "16")
        colours = [node.get("fill") for node in self.elements(root, "node")]
        warm = [int(c[1:3], 16) > int(c[5:7], 16) for c in colours]
        self.assertEqual(len(warm), 16)
        self.assertEqual(warm[:8], [warm[0]] * 8)
        self.assertEqual(warm[8:], [not warm[0]] * 8)

    def test_edges_are_as_wide_as_their_weights(self):
        path = self.file("weighted.edges", "0 1 0.4\n1 2 0.2\n0 2 0.1\n")
        titled = [(edge.find(f"{SVG}title"), float(edge.get("stroke-width")))
                  for edge in self.elements(self.draw(str(path)), "edge")]
        width = {title.text: value for title, value in titled if title is not None}
        widest = width["0 - 1: weight 0.4"]
        self.assertAlmostEqual(widest / width["1 - 2: weight 0.2"], 2, delta=0.01)
        self.assertAlmostEqual(widest / width["0 - 2: weight 0.1"], 4, delta=0.02)

    def test_the_legend_says_what_inspect_says(self):
        text = " ".join("".join(t.itertext()) for t in self.draw(*GRAPHS[1]).iter(f"{SVG}text"))
        report = json.loads(topology("inspect", *GRAPHS[1], "--json"))
        self.assertIn("nodes 12", text)
        self.assertIn("edges 17", text)
        self.assertIn("weights metropolis", text)
        self.assertIn(f"{report['lambda_2']:.6g}", text)
        self.assertIn(f"{report['spectral_gap']:.4g}", text)

    def test_it_looks_the_same_each_time(self):
        first = xml.tostring(self.draw(*GRAPHS[3]))
        self.assertEqual(first, xml.tostring(self.draw(*GRAPHS[3])))

    def test_mistakes_are_one_line(self):
        for words, part in (
            (("path", "--nodes", "5001"), "up to 5000 nodes"),
            (("ring", "--nodes", "5", "--layout", "sprng"), "did you mean 'spring'?"),
            (("directed_ring", "--nodes", "5"), "one undirected graph"),
            ((str(self.file("apart.edges", "0 1\n2 3\n")),), "disconnected"),
            ((str(self.file("bad.graphml", "<graphml>\n<graph>\n<node/>")),), "line 3: <node>"),
        ):
            error = topology("draw", *words, code=2)
            self.assertIn(part, error)
            self.assertEqual(error.count("\n"), 1, error)


if __name__ == "__main__":
    PROGRAMS = pathlib.Path(sys.argv.pop(1)).resolve()
    unittest.main()
