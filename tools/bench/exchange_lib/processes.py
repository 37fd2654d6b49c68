"""Starting the processes of a peer and ending them: by their id, within a deadline, none left."""

import contextlib
import ctypes
import os
import signal
import subprocess
import tempfile
import time

_libc = ctypes.CDLL(None, use_errno=True)
_PR_SET_PDEATHSIG = 1


class PeerError(Exception):
    """A peer that is there did not do its work. One line."""


class WrongAverages(PeerError):
    """It did other work: none of its times counts, whatever the pass."""


def _prepare(core, parent, mask):
    """Even a SIGKILL of the benchmark leaves no peer behind (Linux)."""
    def in_child():
        _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
        if os.getppid() != parent:  # it died before we asked to be told
            os._exit(1)
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)
        if core is not None:
            os.sched_setaffinity(0, {core})
    return in_child


@contextlib.contextmanager
def _undisturbed():
    """A signal that ends us waits until the process just started is in our list."""
    mask = signal.pthread_sigmask(signal.SIG_BLOCK, (signal.SIGINT, signal.SIGTERM))
    try:
        yield mask
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)


def _last_line(stream):
    stream.seek(0)
    lines = [line.strip() for line in stream.read().decode("utf-8", "replace").splitlines()]
    lines = [line for line in lines if line.strip("-* ")]
    return lines[-1] if lines else ""


def _end(processes, seconds=3.0):
    """SIGTERM (mpirun passes it on to its ranks), then SIGKILL."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        running = [process for process in processes if process.poll() is None]
        for process in running:
            process.send_signal(number)
        until = time.monotonic() + seconds
        for process in running:
            try:
                process.wait(max(0.0, until - time.monotonic()))
            except subprocess.TimeoutExpired:
                pass


def run_together(commands, seconds, environment=None, cores=None):
    """Runs the commands at once; returns what each wrote to stdout.

    cores   a core for each, or None.
    Errors  PeerError when one fails or `seconds` are over: the first one's last line on stderr.
    """
    with tempfile.TemporaryDirectory(prefix="starling-bench-") as folder:
        logs = [(open(f"{folder}/{i}.out", "w+b"), open(f"{folder}/{i}.err", "w+b"))
                for i in range(len(commands))]
        processes = []
        try:
            for i, command in enumerate(commands):
                with _undisturbed() as mask:
                    processes.append(subprocess.Popen(
                        command, stdin=subprocess.DEVNULL, stdout=logs[i][0], stderr=logs[i][1],
                        env={**os.environ, **(environment or {})},
                        preexec_fn=_prepare(cores[i] if cores else None, os.getpid(), mask)))
            _wait(processes, logs, time.monotonic() + seconds, seconds)
            texts = []
            for out, _ in logs:
                out.seek(0)
                texts.append(out.read().decode("utf-8", "replace"))
            return texts
        finally:
            _end(processes)
            for pair in logs:
                for stream in pair:
                    stream.close()


def _wait(processes, logs, until, seconds):
    while True:
        codes = [process.poll() for process in processes]
        for code, (_, errors) in zip(codes, logs):
            if code:
                raise PeerError(f"exit code {code}: {_last_line(errors) or 'it said nothing'}")
        if all(code == 0 for code in codes):
            return
        if time.monotonic() > until:
            raise PeerError(f"not done after {seconds:.0f} s")
        time.sleep(0.02)
