// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "common/util/result.h"

namespace cairn::namenode {

inline constexpr char kDefaultRack[] = "/default-rack";

// Tells in which rack a host is. May run a program or read a file: call it before, never inside,
// the namesystem's section.
//
// Implementations are thread-safe.
class RackResolver {
 public:
  virtual ~RackResolver() = default;

  // "/rack" or "/datacenter/rack" of a host name or address.
  virtual Result<std::string> Resolve(const std::string& host) = 0;
  // Forgets what may have changed.
  virtual void Refresh() {}
};

// Everybody in one rack.
class DefaultRackResolver final : public RackResolver {
 public:
  Result<std::string> Resolve(const std::string&) override { return std::string(kDefaultRack); }
};

// A fixed table; hosts that it lacks are in the default rack. The text has a host and a rack on
// each line; `#` starts a comment (net.topology.table.file.name).
class TableRackResolver final : public RackResolver {
 public:
  explicit TableRackResolver(std::map<std::string, std::string> racks)
      : racks_(std::move(racks)) {}
  static Result<std::map<std::string, std::string>> Parse(const std::string& text);

  Result<std::string> Resolve(const std::string& host) override;

 private:
  const std::map<std::string, std::string> racks_;
};

// Runs net.topology.script.file.name with the host as its argument and takes the first word that
// it prints. A script that runs longer than `timeout_ms` is killed.
class ScriptRackResolver final : public RackResolver {
 public:
  explicit ScriptRackResolver(std::string script, int timeout_ms = 10000)
      : script_(std::move(script)), timeout_ms_(timeout_ms) {}

  Result<std::string> Resolve(const std::string& host) override;

 private:
  const std::string script_;
  const int timeout_ms_;
};

// Remembers the answers of another resolver; at most `kEntriesMax`, then it starts anew.
class CachedRackResolver final : public RackResolver {
 public:
  explicit CachedRackResolver(std::unique_ptr<RackResolver> inner) : inner_(std::move(inner)) {}

  Result<std::string> Resolve(const std::string& host) override;
  void Refresh() override;

  static constexpr size_t kEntriesMax = 1'000'000;

 private:
  const std::unique_ptr<RackResolver> inner_;
  std::mutex mutex_;
  std::map<std::string, std::string> racks_;  // Guarded by mutex_.
};

// Whether `rack` has the form of one: "/a" or "/a/b", bounded.
bool IsValidRack(const std::string& rack);

}  // namespace cairn::namenode
