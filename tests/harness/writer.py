# SPDX-License-Identifier: Apache-2.0
"""A client that goes on writing while something happens to the namenodes."""

import threading


class Writer:
    """Makes one directory after the other by `mkdir(name)`, which returns None or what is wrong,
    until the context is left. Nothing may have failed then."""

    def __init__(self, mkdir, prefix="/writer"):
        self.mkdir = mkdir
        self.prefix = prefix
        self.made = []
        self.failures = []
        self.leaving = threading.Event()
        self.thread = threading.Thread(target=self.run)

    def run(self):
        while not self.leaving.is_set():
            name = f"{self.prefix}{len(self.made)}"
            failure = self.mkdir(name)
            if failure:
                self.failures.append((name, failure))
                return
            self.made.append(name)

    def more(self, count=3):
        """A condition for wait_for: that many more were made since this was called."""
        goal = len(self.made) + count
        return lambda: len(self.made) >= goal or bool(self.failures)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, kind, *_):
        self.leaving.set()
        self.thread.join()
        if kind is None:
            assert not self.failures, self.failures
