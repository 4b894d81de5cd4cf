// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "common/config/keys.h"

namespace cairn::config {

// Of a pair of namenodes. The address is one for each namenode, by the names behind its key.
inline constexpr StringKey kJournalAddress{
    {"cairn.ha.journal-address",
     "host:port on which a namenode of a pair hears its peer; with nameservice and namenode behind "
     "it. Set for both namenodes, it makes them a pair."},
    ""};
inline constexpr StringKey kJournalBindHost{
    {"cairn.ha.journal-bind-host",
     "Address to listen on instead of the host of the journal address."},
    ""};
inline constexpr StringKey kPairSecretFile{
    {"cairn.ha.secret-file",
     "File with the secret by which the two namenodes of a pair know each other; mode 0600."},
    ""};
inline constexpr DurationKey kPairLease{
    {"cairn.ha.lease",
     "For how long an answer of the standby lets the active answer reads; a standby takes over no "
     "earlier after it last heard the active."},
    400, 1, 50, 60'000};
inline constexpr DurationKey kPairAckTimeout{
    {"cairn.ha.ack-timeout",
     "How long the active waits for a standby to make a change durable before it goes on alone."},
    1000, 1, 50, 60'000};
inline constexpr StringKey kZooKeeperQuorum{
    {"ha.zookeeper.quorum",
     "Addresses of ZooKeeper, host:port,host:port."},
    ""};
inline constexpr StringKey kZooKeeperParent{
    {"ha.zookeeper.parent-znode",
     "Folder in ZooKeeper below which each nameservice has its own."},
    "/cairn-ha"};
inline constexpr DurationKey kZooKeeperSession{
    {"ha.zookeeper.session-timeout.ms",
     "How long a namenode may be silent to ZooKeeper before its sign of life goes."},
    5000, 1, 100, 600'000};
inline constexpr StringKey kZooKeeperAuth{
    {"ha.zookeeper.auth",
     "Identity for ZooKeeper, digest:user:password, that alone may change the znodes; @/path takes "
     "it from a file."},
    ""};

}  // namespace cairn::config
