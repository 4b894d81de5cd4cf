// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "tools/shell/file_systems.h"
#include "tools/shell/uri_path.h"

namespace cairn::shell {

// A file, as the user named it and as its file system knows it: a command prints paths in the form
// in which it was given them.
//
// A value; not thread-safe.
struct PathData {
  FileSystem* fs = nullptr;  // Never null once made.
  UriPath uri;               // As written.
  std::string path;          // Absolute and normalized.
  std::optional<FileStatus> status;  // None when it does not exist.

  bool exists() const { return status.has_value(); }
  bool is_directory() const { return exists() && status->type == FileType::kDirectory; }
  bool is_file() const { return exists() && status->type == FileType::kFile; }
  bool is_symlink() const { return exists() && status->type == FileType::kSymlink; }

  std::string Text() const { return uri.Text(); }
  std::string Qualified() const { return fs->Qualify(path); }
  // The same as a URI, escaped.
  std::string QualifiedUri() const;
  std::string name() const { return BaseName(path); }
  // Ends like a directory: in "/", "." or "..".
  bool RepresentsDirectory() const;
  Result<bool> ParentExists() const;

  // Looks again; fails when it is gone.
  Status Refresh();
  // The same path with something appended, looked up.
  Result<PathData> WithSuffix(const std::string& suffix) const;
  // An entry of this directory, looked up. Fails when this is no directory.
  Result<PathData> LookUpChild(const std::string& name) const;
  // An entry of this directory from its listing.
  PathData ListedChild(FileStatus entry) const;
};

// A path as an argument, without pattern, looked up.
Result<PathData> MakePath(FileSystems& file_systems, const std::string& text);
// A local path, whatever the default file system is. "file:/a" and "a%20b" are taken as URIs.
Result<PathData> MakeLocalPath(FileSystems& file_systems, const std::string& text);

// What matches a pattern, in the order of paths; the path itself, not existing, when it is no
// pattern and there is no such file; nothing when it is one.
Result<std::vector<PathData>> ExpandGlob(FileSystems& file_systems, const std::string& pattern);

// The entries of a directory in the order of paths.
Result<std::vector<PathData>> SortedContents(const PathData& directory);

}  // namespace cairn::shell
