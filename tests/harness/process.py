# SPDX-License-Identifier: Apache-2.0
"""Processes, ports and waiting."""

import os
import signal
import socket
import subprocess
import time


class Deadline(Exception):
    """A condition did not come true in time."""


def wait_for(condition, what, seconds=60, interval=0.05):
    """Returns the first true value of `condition()`; raises Deadline after `seconds`."""
    end = time.monotonic() + seconds
    last_error = None
    while time.monotonic() < end:
        try:
            value = condition()
            if value:
                return value
        except (OSError, subprocess.SubprocessError, ValueError, LookupError) as error:
            last_error = error
        time.sleep(interval)
    raise Deadline(f"waited {seconds} s for {what}; last error: {last_error}")


def free_ports(count):
    """Ports that nobody listens on now; below the range of outgoing connections."""
    ports = []
    sockets = []
    candidate = 20000 + (os.getpid() * 97) % 10000
    while len(ports) < count:
        candidate = candidate + 1 if candidate < 31999 else 20000
        probe = socket.socket()
        try:
            probe.bind(("127.0.0.1", candidate))
        except OSError:
            probe.close()
            continue
        sockets.append(probe)
        ports.append(candidate)
    for probe in sockets:
        probe.close()
    return ports


def can_connect(port):
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0


class Daemon:
    """One process with its log; killed at the end whatever happens."""

    def __init__(self, name, command, log_path, environment=None):
        self.name = name
        self.command = command
        self.log_path = log_path
        self.environment = environment
        self.process = None

    def start(self):
        assert not self.running(), f"{self.name} runs already"
        log = open(self.log_path, "ab")
        self.process = subprocess.Popen(
            self.command, stdout=log, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL,
            env=self.environment, start_new_session=True,
            cwd=os.path.dirname(self.log_path))  # Apache's namenode writes -metasave there.
        log.close()

    def running(self):
        return self.process is not None and self.process.poll() is None

    def signal(self, number):
        if self.running():
            os.killpg(self.process.pid, number)

    def kill(self):
        """As a power cut for the process: nothing is flushed."""
        self.signal(signal.SIGKILL)
        if self.process is not None:
            self.process.wait()

    def stop(self, seconds=30):
        """Asks to end, waits, returns the exit status."""
        if not self.running():
            return None
        self.signal(signal.SIGCONT)
        self.signal(signal.SIGTERM)
        try:
            return self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            self.kill()
            raise Deadline(f"{self.name} did not end within {seconds} s of SIGTERM")

    def log(self):
        with open(self.log_path, "rb") as file:
            return file.read().decode("utf-8", "replace")
