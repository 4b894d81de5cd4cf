# SPDX-License-Identifier: Apache-2.0
"""The pair's configuration in a real ZooKeeper, which is frozen and killed under it."""

import os
import subprocess

import pytest

from tests.harness.cluster import CAIRN
from tests.harness.zookeeper import ZooKeeper

pytestmark = pytest.mark.slow  # It needs Java.


def run(zookeeper, tests, **environment):
    done = subprocess.run(
        [CAIRN.parent / "zookeeper_tests", f"--gtest_filter={tests}"], capture_output=True,
        timeout=120, check=False,
        env={**os.environ, "CAIRN_ZOOKEEPER": zookeeper.address,
             "CAIRN_ZOOKEEPER_PID": str(zookeeper.pid), **environment})
    assert done.returncode == 0, done.stdout.decode() + done.stderr.decode()
    assert b"[  PASSED  ]" in done.stdout and b"SKIPPED" not in done.stdout


def test_configuration_store(tmp_path):
    with ZooKeeper(tmp_path) as zookeeper:
        run(zookeeper, "ConfigStoreTest.*")


def test_configuration_survives_a_restart_of_zookeeper(tmp_path):
    with ZooKeeper(tmp_path) as zookeeper:
        run(zookeeper, "ConfigStoreRestart.Before")
        zookeeper.kill()
        zookeeper.start()
        run(zookeeper, "ConfigStoreRestart.After")


def test_stores_that_began_without_zookeeper(tmp_path):
    zookeeper = ZooKeeper(tmp_path)
    with subprocess.Popen(
            [CAIRN.parent / "zookeeper_tests", "--gtest_filter=ConfigStoreAway.*"],
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
            env={**os.environ, "CAIRN_ZOOKEEPER": zookeeper.address}) as process:
        try:
            while process.stdout.readline() != b"begun\n":
                assert process.poll() is None
            with zookeeper:
                out = process.stdout.read()
                assert process.wait(60) == 0, out.decode()
        finally:
            process.kill()
