// SPDX-License-Identifier: Apache-2.0
#include "tools/shell/file_system.h"

namespace cairn::shell {

Result<bool> Exists(FileSystem& fs, const std::string& path) {
  const Result<FileStatus> status = fs.GetFileStatus(path);
  if (status.ok()) return true;
  if (status.status().code() == Code::kNotFound) return false;
  return status.status();
}

Result<std::vector<FileStatus>> ListAll(FileSystem& fs, const std::string& path) {
  CAIRN_ASSIGN(const std::unique_ptr<client::DirectoryIterator> listing, fs.List(path));
  std::vector<FileStatus> entries;
  for (;;) {
    CAIRN_ASSIGN(std::optional<std::vector<FileStatus>> page, listing->NextPage());
    if (!page) return entries;
    entries.insert(entries.end(), std::make_move_iterator(page->begin()),
                   std::make_move_iterator(page->end()));
  }
}

}  // namespace cairn::shell
