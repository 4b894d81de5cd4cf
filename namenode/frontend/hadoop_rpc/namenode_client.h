// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "common/model/ids.h"
#include "common/model/namespace_info.h"
#include "common/net/address.h"
#include "common/util/result.h"

namespace cairn::namenode {

// What another namenode, ours or Apache's, says of its namespace.
struct RemoteNamespace {
  NamespaceInfo info;
  bool upgrade_finalized = true;
  bool rolling_upgrade = false;
  TxId image;  // Its newest.
  TxId last;   // The last transaction that it has written or applied.
};

// Asks it over NamenodeProtocol. kNetwork or kTimeout when it cannot be asked; its own refusal
// otherwise.
Result<RemoteNamespace> AskNamespace(const net::HostPort& rpc);

}  // namespace cairn::namenode
