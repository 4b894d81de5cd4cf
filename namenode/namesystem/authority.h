// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "common/model/ids.h"
#include "common/util/status.h"

namespace cairn::namenode {

// What a pair allows this namenode at the moment. A namenode without a pair has no authority above
// it: what its own disk has is committed, and it may always answer.
//
// Implementations are thread-safe. None of it waits but WaitCommitted.
class Authority {
 public:
  virtual ~Authority() = default;

  // Everything up to here is on the disk of every member that counts: it may be told. Never goes
  // back, and never beyond what the own disk has.
  virtual TxId Committed() const = 0;

  // Waits until `txid` is committed; the reason when it never will be by this namenode.
  virtual Status WaitCommitted(TxId txid) = 0;

  // An active one without a valid lease may not: somebody else may be the active by now. Datanodes
  // are told that it is a standby then, and are given no orders.
  virtual bool MayServe() const = 0;

  // Whether what is on disk may be told to clients at this moment: the same without the orders.
  // Asked by every read.
  virtual bool MayAnswer() const = 0;

  // The epoch of the pair, which datanodes compare; 0 while it is not known.
  virtual uint64_t Epoch() const = 0;

  // A checkpoint was made or taken, after which old segments of the log may be gone. Outside of the
  // section.
  virtual void OnCheckpoint() = 0;
};

}  // namespace cairn::namenode
