// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <variant>

#include "namenode/journal/record.h"

namespace cairn::namenode {

// What Apache calls an operation.
struct OpInfo {
  uint8_t code;
  const char* name;
  int32_t since;  // The first layout version that has it.
};

// In the order of EditOp's alternatives.
inline constexpr std::array<OpInfo, std::variant_size_v<EditOp>> kOps = {{
    {0, "OP_ADD", -60},
    {9, "OP_CLOSE", -60},
    {47, "OP_APPEND", -62},
    {33, "OP_ADD_BLOCK", -60},
    {25, "OP_UPDATE_BLOCKS", -60},
    {2, "OP_DELETE", -60},
    {3, "OP_MKDIR", -60},
    {1, "OP_RENAME_OLD", -60},
    {15, "OP_RENAME", -60},
    {4, "OP_SET_REPLICATION", -60},
    {7, "OP_SET_PERMISSIONS", -60},
    {8, "OP_SET_OWNER", -60},
    {13, "OP_TIMES", -60},
    {16, "OP_CONCAT_DELETE", -60},
    {46, "OP_TRUNCATE", -61},
    {17, "OP_SYMLINK", -60},
    {10, "OP_SET_GENSTAMP_V1", -60},
    {31, "OP_SET_GENSTAMP_V2", -60},
    {32, "OP_ALLOCATE_BLOCK_ID", -60},
    {22, "OP_REASSIGN_LEASE", -60},
    {14, "OP_SET_QUOTA", -60},
    {48, "OP_SET_QUOTA_BY_STORAGETYPE", -63},
    {11, "OP_SET_NS_QUOTA", -60},
    {12, "OP_CLEAR_NS_QUOTA", -60},
    {45, "OP_SET_STORAGE_POLICY", -60},
    {40, "OP_SET_ACL", -60},
    {43, "OP_SET_XATTR", -60},
    {44, "OP_REMOVE_XATTR", -60},
    {24, "OP_START_LOG_SEGMENT", -60},
    {23, "OP_END_LOG_SEGMENT", -60},
    {41, "OP_ROLLING_UPGRADE_START", -60},
    {42, "OP_ROLLING_UPGRADE_FINALIZE", -60},
    {29, "OP_ALLOW_SNAPSHOT", -60},
    {30, "OP_DISALLOW_SNAPSHOT", -60},
    {26, "OP_CREATE_SNAPSHOT", -60},
    {27, "OP_DELETE_SNAPSHOT", -60},
    {28, "OP_RENAME_SNAPSHOT", -60},
    {34, "OP_ADD_CACHE_DIRECTIVE", -60},
    {39, "OP_MODIFY_CACHE_DIRECTIVE", -60},
    {35, "OP_REMOVE_CACHE_DIRECTIVE", -60},
    {36, "OP_ADD_CACHE_POOL", -60},
    {37, "OP_MODIFY_CACHE_POOL", -60},
    {38, "OP_REMOVE_CACHE_POOL", -60},
    {18, "OP_GET_DELEGATION_TOKEN", -60},
    {19, "OP_RENEW_DELEGATION_TOKEN", -60},
    {20, "OP_CANCEL_DELEGATION_TOKEN", -60},
    {21, "OP_UPDATE_MASTER_KEY", -60},
    {49, "OP_ADD_ERASURE_CODING_POLICY", -64},
    {50, "OP_ENABLE_ERASURE_CODING_POLICY", -64},
    {51, "OP_DISABLE_ERASURE_CODING_POLICY", -64},
    {52, "OP_REMOVE_ERASURE_CODING_POLICY", -64},
}};

// A default operation of the code; kOps.size() as index when there is none.
inline size_t OpIndexOfCode(uint8_t code) {
  for (size_t i = 0; i < kOps.size(); ++i) {
    if (kOps[i].code == code) return i;
  }
  return kOps.size();
}

}  // namespace cairn::namenode
