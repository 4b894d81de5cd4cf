// SPDX-License-Identifier: Apache-2.0
#include "datanode/store/layout.h"

#include <array>
#include <charconv>
#include <cstdio>
#include <ctime>
#include <random>

#include "datanode/store/properties.h"

namespace cairn::datanode {
namespace {

// VERSION files have a few hundred bytes.
constexpr uint64_t kVersionBytesMax = 64 << 10;
constexpr char kDatanodeStorageType[] = "DATA_NODE";

std::string StorageVersionPath(const std::string& root) { return root + "/current/VERSION"; }

std::string PoolVersionPath(const std::string& root, const std::string& pool_id) {
  return root + "/current/" + pool_id + "/current/VERSION";
}

// Typed reads of one VERSION file.
class VersionFile {
 public:
  static Result<VersionFile> Read(io::Disk& disk, const std::string& path) {
    CAIRN_ASSIGN(const std::string text, disk.ReadFile(path, kVersionBytesMax));
    Result<Properties> properties = DecodeProperties(text);
    if (!properties.ok()) return properties.status().WithContext(path);
    return VersionFile(path, std::move(properties).value());
  }

  Result<std::string> Text(const std::string& key) const {
    const auto it = properties_.find(key);
    if (it == properties_.end()) return Status(Code::kCorrupt, path_ + " has no property " + key);
    return it->second;
  }

  Result<int64_t> Number(const std::string& key) const {
    CAIRN_ASSIGN(const std::string text, Text(key));
    int64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size()) {
      return Status(Code::kCorrupt, path_ + ": property " + key + " is no number: " + text);
    }
    return value;
  }

  // The layout must be the one that this code knows.
  Result<int32_t> LayoutVersion() const {
    CAIRN_ASSIGN(const int64_t version, Number("layoutVersion"));
    if (version != kDatanodeLayoutVersion) {
      return Status(Code::kIncorrectVersion,
                    "unexpected version of storage directory " + path_ + ": reported " +
                        std::to_string(version) + ", expecting " +
                        std::to_string(kDatanodeLayoutVersion));
    }
    return static_cast<int32_t>(version);
  }

 private:
  VersionFile(std::string path, Properties properties)
      : path_(std::move(path)), properties_(std::move(properties)) {}

  std::string path_;
  Properties properties_;
};

Status WriteVersion(io::Disk& disk, const std::string& root, const std::string& path,
                    const Properties& properties, int64_t wall_ms) {
  const std::string directory = io::ParentOf(path);
  CAIRN_TRY(disk.MakeDirectories(directory));
  CAIRN_TRY(io::WriteFileAtomically(disk, path, EncodeProperties(properties, wall_ms)));
  // The directories up to the root may be new.
  for (std::string above = directory; above != root;) {
    above = io::ParentOf(above);
    CAIRN_TRY(disk.SyncDirectory(above));
  }
  return Status();
}

Status Incompatible(const std::string& root, const char* what, const std::string& namenode,
                    const std::string& here) {
  return Status(Code::kIncorrectVersion, std::string("Incompatible ") + what + " in " + root +
                                             ": namenode " + what + " = " + namenode +
                                             "; datanode " + what + " = " + here);
}

bool ParseNumber(std::string_view text, int64_t* value) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), *value);
  return error == std::errc() && end == text.data() + text.size() && !text.empty();
}

}  // namespace

Result<StorageVersion> ReadStorageVersion(io::Disk& disk, const std::string& root) {
  CAIRN_ASSIGN(const VersionFile file, VersionFile::Read(disk, StorageVersionPath(root)));
  StorageVersion version;
  CAIRN_ASSIGN(version.layout_version, file.LayoutVersion());
  CAIRN_ASSIGN(const std::string type, file.Text("storageType"));
  if (type != kDatanodeStorageType) {
    return Status(Code::kIncorrectVersion,
                  root + " belongs to a " + type + ", not to a " + kDatanodeStorageType);
  }
  CAIRN_ASSIGN(version.storage_id, file.Text("storageID"));
  CAIRN_ASSIGN(version.cluster_id, file.Text("clusterID"));
  CAIRN_ASSIGN(version.ctime_ms, file.Number("cTime"));
  CAIRN_ASSIGN(version.datanode_uuid, file.Text("datanodeUuid"));
  return version;
}

Status WriteStorageVersion(io::Disk& disk, const std::string& root, const StorageVersion& version,
                           int64_t wall_ms) {
  const Properties properties{
      {"storageID", version.storage_id},
      {"clusterID", version.cluster_id},
      {"cTime", std::to_string(version.ctime_ms)},
      {"datanodeUuid", version.datanode_uuid},
      {"storageType", kDatanodeStorageType},
      {"layoutVersion", std::to_string(version.layout_version)},
  };
  return WriteVersion(disk, root, StorageVersionPath(root), properties, wall_ms);
}

Result<PoolVersion> ReadPoolVersion(io::Disk& disk, const std::string& root,
                                    const std::string& pool_id) {
  CAIRN_ASSIGN(const VersionFile file, VersionFile::Read(disk, PoolVersionPath(root, pool_id)));
  PoolVersion version;
  CAIRN_ASSIGN(version.layout_version, file.LayoutVersion());
  CAIRN_ASSIGN(const int64_t namespace_id, file.Number("namespaceID"));
  version.namespace_id = static_cast<uint32_t>(namespace_id);
  CAIRN_ASSIGN(version.pool_id, file.Text("blockpoolID"));
  CAIRN_ASSIGN(version.ctime_ms, file.Number("cTime"));
  return version;
}

Status WritePoolVersion(io::Disk& disk, const std::string& root, const PoolVersion& version,
                        int64_t wall_ms) {
  const Properties properties{
      // Java's int is signed.
      {"namespaceID", std::to_string(static_cast<int32_t>(version.namespace_id))},
      {"blockpoolID", version.pool_id},
      {"cTime", std::to_string(version.ctime_ms)},
      {"layoutVersion", std::to_string(version.layout_version)},
  };
  return WriteVersion(disk, root, PoolVersionPath(root, version.pool_id), properties, wall_ms);
}

Status CheckPoolId(const std::string& pool_id) {
  constexpr size_t kPoolIdMax = 200;
  const bool safe = pool_id.starts_with("BP-") && pool_id.size() <= kPoolIdMax &&
                    pool_id.find('/') == std::string::npos &&
                    pool_id.find('\0') == std::string::npos;
  if (safe) return Status();
  return Status(Code::kInvalidArgument, "not a block pool id: \"" + pool_id + "\"");
}

Result<std::vector<std::string>> ListPools(io::Disk& disk, const std::string& root) {
  std::vector<std::string> pools;
  const std::string current = root + "/current";
  if (!disk.IsDirectory(current)) return pools;
  CAIRN_ASSIGN(const std::vector<std::string> names, disk.List(current));
  for (const std::string& name : names) {
    if (CheckPoolId(name).ok() && disk.IsDirectory(current + "/" + name)) pools.push_back(name);
  }
  return pools;
}

Status CheckStorage(const StorageVersion& version, const NamespaceInfo& ns,
                    const std::string& root) {
  if (version.cluster_id != ns.cluster_id) {
    return Incompatible(root, "clusterIDs", ns.cluster_id, version.cluster_id);
  }
  return Status();
}

Status CheckPool(const PoolVersion& version, const NamespaceInfo& ns, const std::string& root) {
  if (version.pool_id != ns.block_pool_id) {
    return Incompatible(root, "blockpoolID", ns.block_pool_id, version.pool_id);
  }
  if (version.namespace_id != ns.namespace_id) {
    return Incompatible(root, "namespaceIDs", std::to_string(ns.namespace_id),
                        std::to_string(version.namespace_id));
  }
  if (version.ctime_ms != ns.ctime_ms) {
    return Incompatible(root, "CTime", std::to_string(ns.ctime_ms),
                        std::to_string(version.ctime_ms));
  }
  return Status();
}

PoolDirectories PoolDirectories::Of(const std::string& root, const std::string& pool_id) {
  PoolDirectories dirs;
  dirs.pool = root + "/current/" + pool_id;
  dirs.tmp = dirs.pool + "/tmp";
  dirs.rbw = dirs.pool + "/current/rbw";
  dirs.finalized = dirs.pool + "/current/finalized";
  return dirs;
}

std::string PoolDirectories::FinalizedDirectory(BlockId id) const {
  constexpr int64_t kMask = 0x1f;
  return finalized + "/subdir" + std::to_string((id.value >> 16) & kMask) + "/subdir" +
         std::to_string((id.value >> 8) & kMask);
}

std::string RestartMarkerPath(const PoolDirectories& dirs, BlockId id) {
  return dirs.rbw + ":." + BlockFileName(id) + ".restart";
}

std::string BlockFileName(BlockId id) { return "blk_" + std::to_string(id.value); }

std::string MetaFileName(BlockId id, GenerationStamp generation_stamp) {
  return BlockFileName(id) + "_" + std::to_string(generation_stamp.value) + ".meta";
}

std::optional<ReplicaFileName> ParseReplicaFileName(std::string_view name) {
  if (!name.starts_with("blk_")) return std::nullopt;
  name.remove_prefix(4);
  ReplicaFileName parsed;
  int64_t number = 0;
  if (!name.ends_with(".meta")) {
    if (!ParseNumber(name, &number)) return std::nullopt;
    parsed.id = BlockId(number);
    return parsed;
  }
  name.remove_suffix(5);
  const size_t underscore = name.rfind('_');
  if (underscore == std::string_view::npos) return std::nullopt;
  if (!ParseNumber(name.substr(0, underscore), &number)) return std::nullopt;
  parsed.id = BlockId(number);
  if (!ParseNumber(name.substr(underscore + 1), &number) || number < 0) return std::nullopt;
  parsed.generation_stamp = GenerationStamp(static_cast<uint64_t>(number));
  return parsed;
}

std::string NewUuid() {
  std::random_device random;
  std::array<uint8_t, 16> bytes;
  for (size_t i = 0; i < bytes.size(); i += 4) {
    const uint32_t word = random();
    for (size_t j = 0; j < 4; ++j) bytes[i + j] = static_cast<uint8_t>(word >> (8 * j));
  }
  bytes[6] = static_cast<uint8_t>((bytes[6] & 0x0f) | 0x40);  // Version 4: random.
  bytes[8] = static_cast<uint8_t>((bytes[8] & 0x3f) | 0x80);  // The variant of RFC 4122.
  constexpr char kHex[] = "0123456789abcdef";
  std::string out;
  for (size_t i = 0; i < bytes.size(); ++i) {
    if (i == 4 || i == 6 || i == 8 || i == 10) out += '-';
    out += kHex[bytes[i] >> 4];
    out += kHex[bytes[i] & 0xf];
  }
  return out;
}

std::string NewStorageId() { return "DS-" + NewUuid(); }

Result<DataDirectory> ParseDataDirectory(std::string_view text) {
  DataDirectory directory;
  const std::string whole(text);
  if (text.starts_with('[')) {
    const size_t close = text.find(']');
    if (close == std::string_view::npos) {
      return Status(Code::kInvalidArgument, "data directory has no closing bracket: " + whole);
    }
    std::string type(text.substr(1, close - 1));
    for (char& c : type) {
      if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
    }
    bool known = false;
    for (int i = 1; i <= static_cast<int>(StorageType::kNvdimm); ++i) {
      const auto candidate = static_cast<StorageType>(i);
      if (type != StorageTypeName(candidate) || candidate == StorageType::kProvided) continue;
      directory.type = candidate;
      known = true;
    }
    if (!known) {
      return Status(Code::kInvalidArgument, "unknown storage type of data directory: " + whole);
    }
    text.remove_prefix(close + 1);
  }
  if (text.starts_with("file:")) {
    text.remove_prefix(5);
    if (text.starts_with("///")) text.remove_prefix(2);
  } else if (text.find("://") != std::string_view::npos) {
    return Status(Code::kInvalidArgument, "data directory is not on this machine: " + whole);
  }
  while (text.size() > 1 && text.ends_with('/')) text.remove_suffix(1);
  if (text.empty()) return Status(Code::kInvalidArgument, "data directory is empty: " + whole);
  directory.root = std::string(text);
  return directory;
}

}  // namespace cairn::datanode
