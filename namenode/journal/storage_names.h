// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "common/model/ids.h"

// The names of files in a name directory, taken apart.
namespace cairn::namenode {

std::optional<TxId> ParseImageName(std::string_view name);
std::optional<TxId> ParseCheckpointName(std::string_view name);
std::optional<std::pair<TxId, TxId>> ParseSegmentName(std::string_view name);
std::optional<TxId> ParseUnfinishedSegmentName(std::string_view name);

}  // namespace cairn::namenode
