# SPDX-License-Identifier: Apache-2.0
"""Clusters that several tests share."""

import pytest

from tests.harness.cluster import Cluster


@pytest.fixture(scope="session")
def ours(tmp_path_factory):
    """Our namenode and three of our datanodes."""
    with Cluster(tmp_path_factory.mktemp("ours"), datanodes=("cairn",) * 3) as cluster:
        yield cluster


@pytest.fixture(scope="session")
def apaches(tmp_path_factory):
    """Apache's namenode and three of its datanodes."""
    with Cluster(tmp_path_factory.mktemp("apaches"), namenode="apache",
                 datanodes=("apache",) * 3) as cluster:
        yield cluster
