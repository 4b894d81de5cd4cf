// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/config/keys.h"
#include "common/util/result.h"

namespace cairn::config {

// Without white space at both ends.
std::string_view Trim(std::string_view text);

// The items of a comma-separated list, trimmed; empty ones are left out.
std::vector<std::string> SplitList(std::string_view text);

// Hadoop's configuration: core-site.xml and hdfs-site.xml of one directory, `-conf` files and
// `-D` settings over them, `${other.key}` and `${env.NAME}` expanded on reading, `<final>` and
// XInclude honoured.
//
// Typed reads take a row of keys.h and fall back to its default. A value that does not parse or is
// out of bounds gives kInvalidArgument with the key, the value and the file that set it.
//
// Immutable after loading; thread-safe then.
class Configuration {
 public:
  Configuration() = default;

  // Reads core-site.xml and hdfs-site.xml in `directory`; a missing file is no error, a missing
  // directory is.
  static Result<Configuration> LoadDirectory(const std::string& directory);

  // Adds the properties of one XML file over what is there.
  Status AddFile(const std::string& path);
  // Adds the properties of an XML text; `origin` names it in messages.
  Status AddXml(std::string_view xml, const std::string& origin);
  // Sets one key, as `-D key=value` does; wins over every file.
  void Set(const std::string& key, const std::string& value,
           const std::string& origin = "command line");

  // The expanded text of any key; the default of its row, or nothing, when no file sets it.
  std::optional<std::string> Find(const std::string& key) const;

  Result<std::string> Get(const StringKey& key) const;
  Result<int64_t> Get(const IntKey& key) const;       // Plain number, in the row's unit.
  Result<int64_t> Get(const SizeKey& key) const;      // Bytes; "64m", "128k", "1g", "1t".
  Result<int64_t> Get(const DurationKey& key) const;  // Milliseconds; "30s", "10m", "100ms".
  Result<bool> Get(const BoolKey& key) const;
  Result<double> Get(const FloatKey& key) const;
  Result<std::vector<std::string>> Get(const ListKey& key) const;  // Comma-separated, trimmed.

  // Same as Get for a key with a suffix: `dfs.namenode.rpc-address` + ".ns1.nn1".
  std::optional<std::string> FindSuffixed(std::string_view key, std::string_view suffix) const;

  // All keys that are set, by name, with the file that set each: for /conf and `getconf`.
  struct Property {
    std::string value;  // As written, not expanded.
    std::string origin;
    bool is_final = false;
  };
  const std::map<std::string, Property>& properties() const { return properties_; }

 private:
  std::map<std::string, Property> properties_;
};

// The default configuration directory: HADOOP_CONF_DIR, else the one given by `--config`, else
// none.
std::optional<std::string> DefaultDirectory();

}  // namespace cairn::config
