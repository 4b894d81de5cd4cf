// SPDX-License-Identifier: Apache-2.0
#include "tools/shell/file_systems.h"

#include <filesystem>

#include "common/config/common_keys.h"
#include "tools/shell/chmod_mode.h"
#include "tools/shell/errors.h"
#include "tools/shell/hdfs_file_system.h"
#include "tools/shell/local_file_system.h"
#include "tools/shell/utf8.h"

namespace cairn::shell {

std::string FileSystems::DefaultUri() const {
  if (!default_uri_.empty()) return default_uri_;
  return configuration_.Find(config::kDefaultFs.name).value_or("file:///");
}

Result<FileSystem*> FileSystems::Default() {
  CAIRN_ASSIGN(const UriPath uri, ParsePath(DefaultUri()));
  if (uri.scheme.empty()) {
    return UsageError("No scheme in default FS: " + DefaultUri());
  }
  return Open(ToLower(uri.scheme), uri.authority.value_or(""));
}

Result<FileSystem*> FileSystems::Local() { return Open("file", ""); }

Result<FileSystem*> FileSystems::Of(const UriPath& path) {
  const std::string authority = path.authority.value_or("");
  if (path.scheme.empty() && authority.empty()) return Default();
  const std::string scheme = ToLower(path.scheme);
  if (authority.empty()) {
    CAIRN_ASSIGN(const UriPath fallback, ParsePath(DefaultUri()));
    if (ToLower(fallback.scheme) == scheme) return Default();
  }
  return Open(scheme, authority);
}

Result<FileSystem*> FileSystems::Open(const std::string& scheme, const std::string& authority) {
  std::unique_ptr<FileSystem>& slot = open_[scheme + "://" + ToLower(authority)];
  if (slot != nullptr) return slot.get();
  if (scheme == "file") {
    std::error_code error;
    const std::string directory = std::filesystem::current_path(error).string();
    CAIRN_ASSIGN(const uint16_t umask, ConfiguredUmask(configuration_));
    slot = std::make_unique<LocalFileSystem>(umask, error ? "/" : directory);
  } else if (scheme == "hdfs") {
    const std::string uri = "hdfs://" + authority;
    if (authority.empty()) {
      return Status(Code::kIoError, "Incomplete HDFS URI, no host: hdfs:///");
    }
    CAIRN_ASSIGN(std::unique_ptr<client::Client> client,
                 client::Client::Connect(configuration_, uri));
    slot = std::make_unique<HdfsFileSystem>(std::move(client));
  } else {
    return Status(Code::kIoError, "No FileSystem for scheme \"" + scheme + "\"");
  }
  return slot.get();
}

}  // namespace cairn::shell
