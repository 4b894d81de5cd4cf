// SPDX-License-Identifier: Apache-2.0
#include "tools/shell/storage_types.h"

#include <algorithm>
#include <array>

#include "tools/shell/errors.h"
#include "tools/shell/utf8.h"

namespace cairn::shell {

std::vector<StorageType> TypesWithQuota() {
  return {StorageType::kSsd, StorageType::kDisk, StorageType::kArchive, StorageType::kProvided,
          StorageType::kNvdimm};
}

Result<StorageType> ParseStorageType(const std::string& name) {
  constexpr std::array kAll = {StorageType::kRamDisk, StorageType::kSsd,      StorageType::kDisk,
                               StorageType::kArchive, StorageType::kProvided, StorageType::kNvdimm};
  for (const StorageType type : kAll) {
    if (ToLower(StorageTypeName(type)) == ToLower(name)) return type;
  }
  std::string upper = name;
  std::transform(upper.begin(), upper.end(), upper.begin(),
                 [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  return UsageError("No enum constant org.apache.hadoop.fs.StorageType." + upper);
}

Result<std::vector<StorageType>> ParseStorageTypes(const std::string& names) {
  if (names.empty() || ToLower(names) == "all") return TypesWithQuota();
  std::vector<StorageType> types;
  for (size_t start = 0; start <= names.size();) {
    const size_t end = std::min(names.find(',', start), names.size());
    CAIRN_ASSIGN(const StorageType type, ParseStorageType(names.substr(start, end - start)));
    types.push_back(type);
    start = end + 1;
  }
  return types;
}

}  // namespace cairn::shell
