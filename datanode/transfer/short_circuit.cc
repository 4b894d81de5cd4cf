// SPDX-License-Identifier: Apache-2.0
// Operations of features that are off here: answered as Apache's datanode answers them then, so
// that clients fall back to reading over the network.
#include "datanode/transfer/connection.h"

namespace cairn::datanode {

Status Connection::RequestShortCircuitFds() {
  return Answer(wire::OpStatus::kErrorUnsupported,
                "short-circuit reads are not configured on this datanode");
}

Status Connection::ReleaseShortCircuitFds() {
  wire::ReleaseAnswer answer;
  answer.status = wire::OpStatus::kErrorUnsupported;
  answer.error = "unsupported operation";
  return Send(wire::Encode(answer));
}

Status Connection::RequestShortCircuitShm() {
  wire::ShmAnswer answer;
  answer.status = wire::OpStatus::kErrorUnsupported;
  answer.error = "This datanode has not been configured to support short-circuit shared memory "
                 "segments.";
  return Send(wire::Encode(answer));
}

Status Connection::BlockGroupChecksum() {
  ends_ = true;
  return Answer(wire::OpStatus::kErrorUnsupported,
                "erasure-coded block groups are not served by this datanode");
}

}  // namespace cairn::datanode
