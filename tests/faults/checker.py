# SPDX-License-Identifier: Apache-2.0
"""Whether a history of clients can have come from one namespace that did one thing after the other.

Each folder is checked by itself: no operation of the clients touches two. Operations take effect at
one moment between their start and their end; one whose outcome is "over" does so or not; one whose
outcome is unknown at any moment after its start, or never. Only mkdir may do so several times: its
repetition is no copy in the retry cache, with Apache's namenodes as with ours. The search keeps
every state that the folder may be in, so a history is refused only if no order of what was
acknowledged explains what was seen: a lost change, one that came back, one that was done twice, a
stale read, wrong bytes.

A state is a frozenset of (name, entry). An entry is FOLDER, or a file: the chunks that it has, the
chunk that is being written (None: closed), and how many bytes of that were flushed.
"""

from collections import namedtuple

Operation = namedtuple("Operation", "folder worker start end kind name argument outcome result")
File = namedtuple("File", "chunks open flushed")
FOLDER = "folder"
# More states than this at one moment: the history is too wild to be checked.
STATES_MAX = 200_000


class Violation(Exception):
    """A history that no order of its operations explains."""


def parse(line):
    fields = line.rstrip("\n").split("\t")
    assert len(fields) == 9, line
    return Operation(*fields[:2], int(fields[2]), int(fields[3]), *fields[4:])


def with_entry(state, name, entry):
    """The state with another entry of that name; None: with none."""
    kept = {pair for pair in state if pair[0] != name}
    return frozenset(kept | {(name, entry)} if entry is not None else kept)


def find_open(state, chunk):
    """The file in which a chunk is being written, wherever it was renamed to."""
    for name, entry in state:
        if entry != FOLDER and entry.open == chunk:
            return name, entry
    return None, None


def refused(entry, other, op):
    """Whether the state of affairs is what a refusal says."""
    is_file = entry is not None and entry != FOLDER
    if op.result.startswith("other: "):  # For a reason that is none of the state's.
        return True
    if op.kind == "mkdir":
        return op.result == "exists" and is_file
    if op.kind == "create":
        return op.result in ("exists", "open") and entry is not None
    if op.kind == "append":
        return is_file and entry.open is not None if op.result == "open" else not is_file
    if op.kind == "rename":
        return entry is None if op.result == "absent" else other is not None
    if op.kind == "stat":
        return entry is None
    if op.kind == "list":
        return True  # The folder itself, which is none of the state.
    if op.kind == "read":
        return not is_file
    return False


def reads(entry, result):
    """Whether a file's content may be read as `result`: all of its chunks, of an open one at least
    what was flushed."""
    if entry is None or entry == FOLDER:
        return False
    seen = result.split(",") if result else []
    if tuple(seen[:len(entry.chunks)]) != entry.chunks:
        return False
    rest = seen[len(entry.chunks):]
    if not rest:
        return entry.flushed == 0
    if len(rest) > 1 or entry.open is None:
        return False
    chunk, _, count = rest[0].partition("+")
    if not count:
        return chunk == entry.open
    known = chunk == entry.open or int(count) < 8
    return known and int(count) >= entry.flushed


def changed(state, op):
    """The state after a change that took effect, or None where it cannot have."""
    names = dict(state)
    entry = names.get(op.name)
    if op.kind == "mkdir":
        if entry is None:
            return with_entry(state, op.name, FOLDER)
        return state if entry == FOLDER else None
    if op.kind == "delete":
        return with_entry(state, op.name, None) if entry is not None else None
    if op.kind == "rename":
        if entry is None or op.argument in names:
            return None
        return with_entry(with_entry(state, op.name, None), op.argument, entry)
    if op.kind == "create":
        return with_entry(state, op.name, File((), op.argument, 0)) if entry is None else None
    if op.kind == "append":
        if entry is None or entry == FOLDER or entry.open is not None:
            return None
        return with_entry(state, op.name, entry._replace(open=op.argument))
    name, entry = find_open(state, op.name)
    if op.kind == "flush":
        # Datanodes take bytes of a file that is gone already.
        return with_entry(state, name, entry._replace(flushed=int(op.argument))) if entry else state
    assert op.kind == "close", op
    if entry is None:
        return None
    return with_entry(state, name, File(entry.chunks + (entry.open,), None, 0))


def after(state, op):
    """The state after an operation with its outcome; None where it cannot have had that outcome."""
    names = dict(state)
    entry = names.get(op.name)
    if op.outcome == "no":
        return state if refused(entry, names.get(op.argument), op) else None
    if op.outcome == "ok":
        if op.kind == "stat":
            kind = None if entry is None else FOLDER if entry == FOLDER else "file"
            return state if kind == op.result else None
        if op.kind == "read":
            return state if reads(entry, op.result) else None
        if op.kind == "list":
            seen = {n + ("/" if e == FOLDER else "") for n, e in state}
            return state if seen == set(filter(None, op.result.split(","))) else None
        if op.kind == "delete" and op.result == "false":
            return state if entry is None else None
    return changed(state, op)


def takes_nothing(op):
    return op.kind in ("read", "stat", "list") or op.outcome == "no" or op.result == "false"


def touched(state, op):
    """The names whose entries an operation depends on or changes; None: all of them."""
    if op.kind == "list":
        return None
    if op.kind in ("flush", "close"):
        name, _ = find_open(state, op.name)
        return set() if name is None else {name}
    return {op.name, op.argument} if op.kind == "rename" else {op.name}


class Search:
    """Every (state, operations under way that have taken effect) that explains what was seen."""

    def __init__(self):
        self.pending = {}  # Started, not ended, by number; those of unknown outcome stay.
        self.found = {(frozenset(), frozenset())}

    def settled(self, state, done):
        """With all operations that change nothing and are right here: that is never a loss."""
        for number, op in self.pending.items():
            if number not in done and takes_nothing(op) and after(state, op) is not None:
                done = done | {number}
        return done

    def related(self, state, last):
        """What is under way and can matter to `last`, directly or by what it has in common with
        something else: all other changes may as well come later."""
        names = {number: touched(state, op) for number, op in self.pending.items()}
        everything = set().union(*filter(None, names.values()))
        names = {number: everything if its is None else its for number, its in names.items()}
        reached, found, grown = names.pop(last), [last], True
        while grown:
            grown = [number for number, its in names.items() if its & reached]
            for number in grown:
                reached = reached | names.pop(number)
            found += grown
        return [number for number in found if not takes_nothing(self.pending[number])]

    def end(self, last):
        """Operation `last` has ended: keeps what explains that, in whatever order."""
        optional = self.pending[last].outcome == "over"
        kept, nodes = set(), 0
        for begin, done_before in self.found:
            if optional:
                kept.add((begin, done_before - {last}))
            related = self.related(begin, last)
            todo, seen = [(begin, done_before)], set()
            while todo:
                state, done = todo.pop()
                done = self.settled(state, done)
                if (state, done) in seen:
                    continue
                seen.add((state, done))
                nodes += 1
                if nodes > STATES_MAX:
                    raise Violation(f"too many states: {len(self.pending)} operations under way")
                if last in done:
                    kept.add((state, done - {last}))
                    if self.pending[last].kind == "mkdir":
                        kept.add((after(state, self.pending[last]) or state, done - {last}))
                    continue
                for number in related:
                    again = number in done and self.pending[number].kind != "mkdir"
                    then = None if again else after(state, self.pending[number])
                    if then is not None:
                        todo.append((then, done | {number}))
        if not kept:
            raise Violation(self.explain(last))
        del self.pending[last]
        self.found = kept

    def explain(self, last):
        states = sorted({str(sorted(state, key=str)) for state, _ in self.found})
        under_way = [str(tuple(op)) for number, op in self.pending.items() if number != last]
        return "\n  ".join([f"impossible: {tuple(self.pending[last])}", "the folder held one of:",
                            *states[:8], "under way:", *under_way[:20]])


def mild(op):
    """A file that is made in several calls, the later of which say that it is absent: it was there,
    and somebody else has deleted or renamed it since."""
    gone = (op.kind, op.outcome, op.result) == ("create", "no", "absent")
    return op._replace(outcome="over") if gone else op


def check_folder(operations):
    """Raises Violation. `operations` are of one folder."""
    # What was read with an unknown outcome says nothing; what failed to be changed, much.
    known = [mild(op) for op in operations if op.kind not in ("read", "stat", "list") or
             op.outcome == "ok" or (op.outcome, op.result) == ("no", "absent")]
    # A start counts before an end at the same moment: that is the milder reading.
    events = sorted([(op.start, 0, number) for number, op in enumerate(known)] +
                    [(op.end, 1, number) for number, op in enumerate(known)
                     if op.outcome != "unknown"])
    search = Search()
    for _, ended, number in events:
        if ended:
            search.end(number)
        else:
            search.pending[number] = known[number]


def check(operations):
    """What is wrong with a history, a text for each folder."""
    folders = {}
    for op in operations:
        folders.setdefault(op.folder, []).append(op)
    wrong = []
    for folder, inside in folders.items():
        try:
            check_folder(inside)
        except Violation as violation:
            wrong.append(f"{folder}: {violation}")
    return wrong
