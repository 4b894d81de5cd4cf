# SPDX-License-Identifier: Apache-2.0
"""Faults by lot: what happens when follows from a seed, as far as the machine lets it."""

import bisect
import random
import threading
import time
from collections import namedtuple

from .checker import parse
from .faults import KINDS

Event = namedtuple("Event", "begun healed kind")
CHANGES = ("mkdir", "delete", "rename", "create", "append", "flush", "close")
# From the end of the last fault to the first change that is acknowledged.
SERVES_WITHIN_S = 10
# A pause that begins so long before a fault is the fault's.
SHORTLY_S = 0.2


def is_acknowledged_change(op):
    """By a client that may ask either namenode."""
    return op.outcome == "ok" and op.kind in CHANGES and not op.worker.startswith("pinned")


class Schedule:
    """Runs faults in a world whose clients are working, and remembers when each was."""

    def __init__(self, world, seed, kinds=KINDS):
        self.world = world
        self.chance = random.Random(seed)
        self.kinds = kinds
        self.deck = []
        self.under_way = []  # (fault, when it begun)
        self.events = []

    def draw(self):
        """Each kind comes before any comes again."""
        if not self.deck:
            self.deck = self.chance.sample(self.kinds, len(self.kinds))
        return self.deck.pop()

    def begin(self):
        begun = time.monotonic()
        self.under_way.append((self.draw()(self.world, self.chance), begun))

    def heal(self):
        while self.under_way:
            fault, begun = self.under_way.pop(0)
            fault.heal()
            self.events.append(Event(begun, time.monotonic(), type(fault).__name__))

    def last(self, least, most):
        """Lets time go by: that of the fault itself."""
        threading.Event().wait(self.chance.uniform(least, most))

    def run(self, seconds):
        end = time.monotonic() + seconds
        try:
            while time.monotonic() < end:
                self.begin()
                self.last(0.2, 2.5)
                if self.chance.random() < 0.3:
                    self.begin()
                    self.last(0.2, 2)
                self.heal()
                self.last(0.5, 3)
        finally:
            self.heal()

    def text(self, origin):
        return "\n".join(f"{event.begun - origin:7.2f} to {event.healed - origin:6.2f}  {event.kind}"
                         for event in self.events)


class Serving:
    """Whether changes are acknowledged, by what clients wrote down so far."""

    def __init__(self, path):
        self.path = path
        self.offset = 0

    def since(self, moment):
        with open(self.path, "rb") as file:
            file.seek(self.offset)
            text = file.read()
        text = text[:text.rfind(b"\n") + 1]
        self.offset += len(text)
        return any(is_acknowledged_change(op) and op.end >= moment * 1e9
                   for op in map(parse, text.decode().splitlines()))


def served_after(operations, moment):
    """Seconds from `moment` to the first change that was acknowledged after it."""
    return min(op.end / 1e9 for op in operations
               if is_acknowledged_change(op) and op.end / 1e9 >= moment) - moment


def pauses(operations, events):
    """For each fault the longest time in which no change was acknowledged: its own, if the last
    change before came when it had begun, or so shortly before that nothing else was the cause."""
    ends = sorted(op.end / 1e9 for op in operations if is_acknowledged_change(op))
    events = sorted(events)
    begins = [event.begun for event in events]
    longest = [0.0] * len(events)
    for before, after in zip(ends, ends[1:]):
        cause = bisect.bisect(begins, before + SHORTLY_S) - 1
        if cause >= 0:
            pause = after - max(before, begins[cause])
            longest[cause] = max(longest[cause], pause)
    return [(event.kind, pause, event.healed - event.begun)
            for event, pause in zip(events, longest)]
