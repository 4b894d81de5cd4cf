# SPDX-License-Identifier: Apache-2.0
"""The checker of histories: planted ones that no pair may give are refused, right ones are not."""

import pytest

from .checker import Operation, check, parse


class History:
    """Operations of one folder, each a line: "worker start end kind name argument outcome result",
    "-" for nothing."""

    def __init__(self, text):
        self.operations = [self.operation(*line.split()) for line in text.strip().splitlines()]

    @staticmethod
    def operation(worker, start, end, kind, name, argument, outcome, result):
        name, argument, result = ("" if each == "-" else each for each in (name, argument, result))
        return Operation("/f", worker, int(start), int(end), kind, name, argument, outcome, result)

    def wrong(self):
        return check(self.operations)


BAD = {
    "an acknowledged folder is lost": """
        a 1 2 mkdir  x - ok true
        a 3 4 list   - - ok -""",
    "a deleted file came back": """
        a 1 2 create x c1 ok -
        a 3 4 close  c1 - ok -
        a 5 6 delete x - ok true
        b 7 8 read   x - ok c1""",
    "a read is stale": """
        a 1 2 mkdir  x - ok true
        b 3 4 stat   x - no absent""",
    "a read goes back in time": """
        a 1 9 mkdir  x - ok true
        b 2 3 stat   x - ok folder
        b 4 5 stat   x - no absent""",
    "a rename was done twice": """
        a 1 2 mkdir  x - ok true
        a 3 4 rename x y no absent""",
    "a rename was done and refused": """
        a 1 2 mkdir  x - ok true
        a 3 4 rename x y no exists""",
    "a delete was done twice": """
        a 1 2 mkdir  x - ok true
        a 3 4 delete x - ok false""",
    "a create was done twice": """
        a 1 2 create x c1 no open""",
    "two created the same file": """
        a 1 4 create x c1 ok -
        b 2 5 create x c2 ok -
        a 6 7 stat   x - ok file""",
    "a refused change was done": """
        a 1 2 create x c1 ok -
        a 3 4 mkdir  y - no exists
        b 5 6 list   - - ok x,y/""",
    "a closed file lacks its end": """
        a 1 2 create x c1 ok -
        a 3 4 close  c1 - ok -
        b 5 6 read   x - ok c1+100""",
    "an appended chunk is lost": """
        a 1 2 create x c1 ok -
        a 3 4 close  c1 - ok -
        a 5 6 append x c2 ok -
        a 7 8 close  c2 - ok -
        b 9 10 read  x - ok c1""",
    "chunks in the wrong order": """
        a 1 2 create x c1 ok -
        a 3 4 close  c1 - ok -
        a 5 6 append x c2 ok -
        a 7 8 close  c2 - ok -
        b 9 10 read  x - ok c2,c1""",
    "flushed bytes are not seen": """
        a 1 2 create x c1 ok -
        a 3 4 flush  c1 64 ok -
        b 5 6 read   x - ok c1+63""",
    "bytes that nobody wrote": """
        a 1 2 create x c1 ok -
        a 3 4 close  c1 - ok -
        b 5 6 read   x - ok wrong""",
    "another file's bytes": """
        a 1 2 create x c1 ok -
        a 3 4 close  c1 - ok -
        a 5 6 create y c2 ok -
        a 7 8 close  c2 - ok -
        b 9 10 read  y - ok c1""",
    "a closed file of a deleted name": """
        a 1 2 create x c1 ok -
        b 3 4 delete x - ok true
        a 5 6 close  c1 - ok -""",
    "a mkdir is done again after its end": """
        a 1 4 mkdir  x - ok true
        b 2 3 rename x y ok -
        c 5 6 list   - - ok y/
        c 7 8 list   - - ok x/,y/""",
    "an unknown change is seen, and then not": """
        a 1 2 mkdir  x - unknown -
        b 3 4 list   - - ok x/
        b 5 6 list   - - ok -""",
    "a change that was over is done later": """
        a 1 2 create x c1 ok -
        a 3 4 close  c1 - over -
        b 5 6 read   x - ok -
        b 7 8 append x c2 ok -""",
}

GOOD = {
    "one after the other": """
        a 1 2 create x c1 ok -
        a 3 4 flush  c1 64 ok -
        b 5 6 read   x - ok c1+64
        a 7 8 close  c1 - ok -
        a 9 10 append x c2 ok -
        b 11 12 read x - ok c1
        b 13 14 read x - ok c1,c2+9
        a 15 16 close c2 - ok -
        b 17 18 read x - ok c1,c2""",
    "a file is deleted while it is made": """
        a 1 9 create x c1 no absent
        b 2 3 stat   x - ok file
        c 4 5 delete x - ok true
        b 6 7 stat   x - no absent""",
    "at the same time in either order": """
        a 1 9 mkdir  x - ok true
        b 2 3 stat   x - no absent
        b 4 5 stat   x - ok folder""",
    "an unknown change is done late": """
        a 1 2 mkdir  x - unknown -
        b 3 4 list   - - ok -
        b 5 6 list   - - ok x/""",
    "an unknown change is never done": """
        a 1 2 delete x - unknown -
        b 3 4 mkdir  x - ok true
        b 5 6 list   - - ok x/""",
    "a file is written under its new name": """
        a 1 2 create x c1 ok -
        b 3 4 rename x y ok -
        a 5 6 close  c1 - ok -
        b 7 8 read   y - ok c1""",
    "a refusal that something else explains": """
        a 1 2 mkdir  x - ok true
        b 3 9 delete x - ok true
        a 4 8 rename x y no absent""",
    "a list between two others' changes": """
        a 1 2 mkdir  c - ok true
        a 3 9 create a c1 ok -
        b 4 10 create b c2 ok -
        c 5 7 delete b - ok true
        d 6 8 list   - - ok a,b,c/""",
    "an unknown close is done late": """
        a 1 2 create x c1 ok -
        a 3 4 close  c1 - unknown -
        b 5 6 read   x - ok -
        b 7 8 append x c2 ok -""",
    "a mkdir that was repeated is done twice": """
        a 1 9 mkdir  x - ok true
        b 2 8 rename x y ok -
        c 10 11 list - - ok x/,y/""",
    "an unknown read says nothing": """
        a 1 2 mkdir  x - ok true
        b 3 4 read   x - unknown -""",
}


@pytest.mark.parametrize("text", BAD.values(), ids=BAD)
def test_a_history_that_no_order_explains_is_refused(text):
    assert History(text).wrong()


@pytest.mark.parametrize("text", GOOD.values(), ids=GOOD)
def test_a_history_that_some_order_explains_is_not(text):
    assert not History(text).wrong()


def test_folders_are_checked_each_by_itself():
    good, bad = History(GOOD["one after the other"]), History(BAD["a read is stale"])
    bad = [op._replace(folder="/other") for op in bad.operations]
    wrong = check(good.operations + bad)
    assert len(wrong) == 1 and wrong[0].startswith("/other: impossible")


def test_many_at_once_are_searched_in_time():
    """Thirty folders made at once, ten of them with no known outcome: the orders are not counted."""
    lines = [f"w{i} 1 100 mkdir n{i} - {'ok' if i % 3 else 'unknown'} true" for i in range(30)]
    seen = ",".join(f"n{i}/" for i in range(30))
    lines.append(f"z 200 201 list - - ok {seen}")
    assert not History("\n".join(lines)).wrong()
    lines.append("z 202 203 delete n1 - ok false")
    assert History("\n".join(lines)).wrong()


def test_a_line_is_an_operation():
    assert parse("/f\ta\t1\t2\trename\tx\ty\tok\t\n") == \
        Operation("/f", "a", 1, 2, "rename", "x", "y", "ok", "")
