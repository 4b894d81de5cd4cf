// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "common/util/result.h"
#include "common/wire/data_transfer_ops.h"
#include "datanode/store/replica_store.h"

namespace cairn::datanode {

// The checksum of the first `block.length` bytes of a replica (of all that is visible when it has
// fewer), computed from the stored checksums of its chunks:
//
//   MD5 of CRCs     MD5 over the stored checksums as they are in the meta file
//   composite CRC   for each stripe (one when `stripe_length` is 0) the CRC of its bytes, which
//                   does not depend on the size of chunks
//
// Only a partial last chunk is read itself. Thread-safe.
Result<wire::BlockChecksumAnswer> ComputeBlockChecksum(ReplicaStore& store,
                                                       const wire::BlockChecksumOp& op);

}  // namespace cairn::datanode
