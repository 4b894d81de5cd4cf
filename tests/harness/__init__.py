# SPDX-License-Identifier: Apache-2.0
"""Clusters of real processes on loopback, ours and Apache's, for the cluster and interop tests."""
