// SPDX-License-Identifier: Apache-2.0
#include "common/model/block.h"

namespace cairn {

std::string ToString(const Block& block) {
  return "blk_" + std::to_string(block.id.value) + "_" +
         std::to_string(block.generation_stamp.value);
}

const char* StorageTypeName(StorageType type) {
  switch (type) {
    case StorageType::kDisk:
      return "DISK";
    case StorageType::kSsd:
      return "SSD";
    case StorageType::kArchive:
      return "ARCHIVE";
    case StorageType::kRamDisk:
      return "RAM_DISK";
    case StorageType::kProvided:
      return "PROVIDED";
    case StorageType::kNvdimm:
      return "NVDIMM";
  }
  return "UNKNOWN";
}

}  // namespace cairn
