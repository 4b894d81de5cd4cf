// SPDX-License-Identifier: Apache-2.0
#include "namenode/journal/record.h"

#include "namenode/journal/op_table.h"

namespace cairn::namenode {

const char* OpName(const EditOp& op) { return kOps[op.index()].name; }

}  // namespace cairn::namenode
