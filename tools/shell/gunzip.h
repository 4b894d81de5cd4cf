// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "tools/shell/file_system.h"

namespace cairn::shell {

// The unpacked bytes of a gzip file, which may have several members. Cannot seek.
Result<std::unique_ptr<Source>> Gunzip(std::unique_ptr<Source> packed);

}  // namespace cairn::shell
