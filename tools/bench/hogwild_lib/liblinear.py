"""LIBLINEAR's logistic solvers, called in this process: only train() itself is timed.

Its objective is  1/2 |w|^2 + C sum_s log(1 + exp(-b_s w.a_s)):  ours times m C, with C = 1/(m l2).
"""

import ctypes
import ctypes.util
import time

SOLVERS = {0: "LIBLINEAR -s 0 (primal, trust region Newton)",
           7: "LIBLINEAR -s 7 (dual, coordinate descent)"}
LIBRARY = "liblinear.so.4"  # of Debian's liblinear4, which liblinear-tools brings


class Node(ctypes.Structure):
    _fields_ = [("index", ctypes.c_int), ("value", ctypes.c_double)]


class Data(ctypes.Structure):
    _fields_ = [("rows", ctypes.c_int), ("columns", ctypes.c_int),
                ("labels", ctypes.POINTER(ctypes.c_double)),
                ("entries", ctypes.POINTER(ctypes.POINTER(Node))), ("bias", ctypes.c_double)]


class Parameter(ctypes.Structure):
    """The zeros at its end are no start and, in later versions, nu = 0: not read by these two."""

    _fields_ = [("solver", ctypes.c_int), ("eps", ctypes.c_double), ("c", ctypes.c_double),
                ("weights", ctypes.c_int), ("weight_labels", ctypes.c_void_p),
                ("weight", ctypes.c_void_p), ("p", ctypes.c_double), ("zeros", ctypes.c_void_p * 4)]


def absent():
    """Why it cannot run here, or None."""
    try:
        ctypes.CDLL(LIBRARY)
    except OSError as error:
        return f"{error} (tools/install-deps --benchmarks)"
    return None


class Liblinear:
    def __init__(self, problem):
        self.problem = problem
        self.library = ctypes.CDLL(LIBRARY)
        self.library.train.restype = ctypes.c_void_p
        self.library.train.argtypes = [ctypes.POINTER(Data), ctypes.POINTER(Parameter)]
        self.library.get_decfun_coef.restype = ctypes.c_double
        self.library.get_decfun_coef.argtypes = [ctypes.c_void_p, ctypes.c_int, ctypes.c_int]
        self.library.get_labels.argtypes = [ctypes.c_void_p, ctypes.POINTER(ctypes.c_int)]
        self.library.free_and_destroy_model.argtypes = [ctypes.POINTER(ctypes.c_void_p)]
        self.silent = ctypes.CFUNCTYPE(None, ctypes.c_char_p)(lambda text: None)
        self.library.set_print_string_function(self.silent)
        self.data = self._data()

    def _data(self):
        rows = self.problem.rows
        nodes = (Node * sum(len(row) + 1 for row in rows))()
        begins = (ctypes.POINTER(Node) * len(rows))()
        at = 0
        for s, row in enumerate(rows):
            begins[s] = ctypes.cast(ctypes.byref(nodes, at * ctypes.sizeof(Node)),
                                    ctypes.POINTER(Node))
            for pair in (*row, (-1, 0.0)):
                nodes[at] = pair
                at += 1
        labels = (ctypes.c_double * len(rows))(*self.problem.labels)
        self.kept = nodes, begins, labels
        return Data(len(rows), self.problem.columns, labels, begins, -1)

    def train(self, solver, eps):
        """(seconds on the clock, of the processor), x."""
        c = 1 / (len(self.problem.rows) * self.problem.l2)
        parameter = Parameter(solver=solver, eps=eps, c=c, p=0.1)
        begin, busy = time.perf_counter(), time.process_time()
        model = ctypes.c_void_p(self.library.train(self.data, parameter))
        seconds = time.perf_counter() - begin, time.process_time() - busy
        labels = (ctypes.c_int * 2)()
        self.library.get_labels(model, labels)
        x = [labels[0] * self.library.get_decfun_coef(model, k, 0)
             for k in range(1, self.problem.columns + 1)]
        self.library.free_and_destroy_model(ctypes.byref(model))
        return seconds, x
