// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <memory>
#include <string>

#include "common/config/configuration.h"
#include "tools/shell/file_system.h"
#include "tools/shell/uri_path.h"

namespace cairn::shell {

// The file systems that paths of a command belong to, each opened when it is first needed.
//
// Not thread-safe; the file systems are.
class FileSystems {
 public:
  // `configuration` must outlive this object.
  explicit FileSystems(const config::Configuration& configuration)
      : configuration_(configuration) {}

  // By scheme and authority; fs.defaultFS for a path without scheme. Fails with kIoError for a
  // scheme that is not known.
  Result<FileSystem*> Of(const UriPath& path);
  Result<FileSystem*> Default();
  Result<FileSystem*> Local();

  // Makes another one the default.
  void SetDefault(const std::string& uri) { default_uri_ = uri; }

  const config::Configuration& configuration() const { return configuration_; }

 private:
  std::string DefaultUri() const;
  Result<FileSystem*> Open(const std::string& scheme, const std::string& authority);

  const config::Configuration& configuration_;
  std::string default_uri_;  // Empty: fs.defaultFS.
  std::map<std::string, std::unique_ptr<FileSystem>> open_;  // By "scheme://authority".
};

}  // namespace cairn::shell
