// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "common/net/address.h"
#include "common/util/result.h"
#include "namenode/journal/storage.h"

// Images of another namenode, over its /imagetransfer: ours or Apache's.
namespace cairn::namenode {

// The transaction of the newest image that the namenode at `http` has.
Result<TxId> NewestImageAt(const net::HostPort& http, const NamespaceInfo& info);

// Brings image `txid` into every image directory of `storage`: under another name while bytes come,
// with its .md5 and final name when all of them are there, are what the other said, and are on the
// disk. kNotFound when the other has it no more; kChecksum for bytes that are not what it said.
//
// One at a time.
Status DownloadImage(NameStorage& storage, const net::HostPort& http, TxId txid);

}  // namespace cairn::namenode
