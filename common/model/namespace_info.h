// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

namespace cairn {

// The Hadoop version that we claim on the wire: Apache's halves compare it.
inline constexpr char kHadoopVersion[] = "3.5.0";
// Ours.
inline constexpr char kCairnVersion[] = "0.1.0";

inline constexpr int32_t kNamenodeLayoutVersion = -67;
inline constexpr int32_t kDatanodeLayoutVersion = -57;

// Which namespace a directory, a namenode or a datanode belongs to. All fields must agree in a
// handshake.
struct NamespaceInfo {
  int32_t layout_version = kNamenodeLayoutVersion;
  uint32_t namespace_id = 0;
  std::string cluster_id;     // "CID-<uuid>"
  int64_t ctime_ms = 0;       // Unix time of the last upgrade; 0 when there was none.
  std::string block_pool_id;  // "BP-<random>-<ip>-<ctime ms>"

  bool operator==(const NamespaceInfo&) const = default;
};

}  // namespace cairn
