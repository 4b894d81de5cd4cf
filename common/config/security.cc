// SPDX-License-Identifier: Apache-2.0
#include "common/config/security.h"

#include <string>

#include "common/config/common_keys.h"

namespace cairn::config {
namespace {

Status NotBuilt(const KeyInfo& key, const std::string& value) {
  return Status(Code::kUnsupported, std::string(key.name) + " = \"" + value +
                                        "\": this security is not built; the daemon does not "
                                        "start without what it is asked for");
}

}  // namespace

Status CheckSecurityIsBuilt(const Configuration& configuration) {
  CAIRN_ASSIGN(const std::string authentication, configuration.Get(kAuthentication));
  if (authentication != "simple") return NotBuilt(kAuthentication, authentication);
  for (const BoolKey* key : {&kBlockTokens, &kEncryptDataTransfer}) {
    CAIRN_ASSIGN(const bool wanted, configuration.Get(*key));
    if (wanted) return NotBuilt(*key, "true");
  }
  return Status();
}

}  // namespace cairn::config
