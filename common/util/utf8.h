// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string_view>

namespace cairn {

// Length of the UTF-8 sequence at the front of `bytes`, which are not empty; 0 when there is none.
size_t Utf8Length(std::string_view bytes);

}  // namespace cairn
