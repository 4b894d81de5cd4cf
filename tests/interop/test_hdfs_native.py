# SPDX-License-Identifier: Apache-2.0
"""PyPI's hdfs-native, a client without a JVM, on our cluster."""

import random
import threading

import pytest

hdfs_native = pytest.importorskip("hdfs_native")

CONTENT = random.Random(5).randbytes(2_500_000)


def read(client, path):
    return client.read(path).read_range(0, len(CONTENT))


def test_writes_lists_renames_and_reads(ours):
    client = hdfs_native.Client(ours.uri)
    client.mkdirs("/native/dir", 0o755, True)
    writer = client.create("/native/dir/file", hdfs_native.WriteOptions(replication=3))
    for begin in range(0, len(CONTENT), 70_000):
        writer.write(CONTENT[begin:begin + 70_000])
    writer.close()
    assert client.get_file_info("/native/dir/file").length == len(CONTENT)
    assert client.rename("/native/dir/file", "/native/dir/moved", False) is None
    assert [s.path for s in client.list_status("/native", True) if not s.isdir] == \
        ["/native/dir/moved"]
    assert read(client, "/native/dir/moved") == CONTENT
    assert ours.cairn("dfs", "-cat", "/native/dir/moved").stdout == CONTENT
    assert client.delete("/native/dir/moved", False)
    with pytest.raises(FileNotFoundError):
        client.get_file_info("/native/dir/moved")


def test_many_readers_at_once(ours):
    client = hdfs_native.Client(ours.uri)
    client.mkdirs("/many", 0o755, True)
    for number in range(4):
        writer = client.create(f"/many/{number}", hdfs_native.WriteOptions(replication=3))
        writer.write(CONTENT)
        writer.close()
    wrong = []

    def work(start):
        own = hdfs_native.Client(ours.uri)
        for step in range(10):
            if read(own, f"/many/{(start + step) % 4}") != CONTENT:
                wrong.append((start, step))

    threads = [threading.Thread(target=work, args=(start,)) for start in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong
