// SPDX-License-Identifier: Apache-2.0
#include "tools/shell/path_data.h"

#include <algorithm>

#include "tools/shell/errors.h"
#include "tools/shell/glob.h"
#include "tools/shell/glob_files.h"

namespace cairn::shell {
namespace {

void Sort(std::vector<PathData>& items) {
  std::stable_sort(items.begin(), items.end(), [](const PathData& a, const PathData& b) {
    return ComparePaths(a.path, b.path) < 0;
  });
}

std::string Absolute(const FileSystem& fs, const std::string& path) {
  return NormalizePath(path.starts_with('/') ? path : JoinPath(fs.working_directory(), path));
}

PathData WithoutStatus(FileSystem& fs, const std::string& text) {
  PathData item;
  item.fs = &fs;
  item.uri = SplitPath(text);
  item.path = Absolute(fs, item.uri.path);
  return item;
}

Result<PathData> LookedUp(FileSystem& fs, const std::string& text) {
  if (text.empty()) return UsageError("Can not create a Path from an empty string");
  PathData item = WithoutStatus(fs, text);
  Result<FileStatus> status = fs.GetFileStatus(item.path);
  if (status.ok()) {
    item.status = std::move(status).value();
  } else if (status.status().code() != Code::kNotFound) {
    return status.status();
  }
  return item;
}

// The text of a child of `parent`.
std::string ChildText(const PathData& parent, const std::string& name) {
  const std::string text = parent.Text();
  if (text == ".") return name;
  return text + (parent.uri.path.ends_with('/') ? "" : "/") + name;
}

// How a match of `pattern` is printed: in the pattern's own form.
std::string MatchText(const FileSystem& fs, const UriPath& pattern, const GlobMatch& match) {
  if (!pattern.scheme.empty()) {
    return pattern.scheme + "://" + pattern.authority.value_or("") + match.path;
  }
  if (pattern.is_absolute()) return match.path;
  return RelativePath(fs.working_directory(), match.path,
                      match.status.type == FileType::kDirectory);
}

}  // namespace

bool PathData::RepresentsDirectory() const {
  const std::string last = BaseName(uri.path);
  return last.empty() || last == "." || last == "..";
}

std::string PathData::QualifiedUri() const {
  const std::string root = fs->uri().ends_with('/') ? fs->uri().substr(0, fs->uri().size() - 1)
                                                    : fs->uri();
  return root + EscapePath(path);
}

Result<bool> PathData::ParentExists() const {
  return Exists(*fs, RepresentsDirectory() ? path : ParentOf(path).value_or("/"));
}

Status PathData::Refresh() {
  Result<FileStatus> found = fs->GetFileStatus(path);
  if (found.ok()) {
    status = std::move(found).value();
    return Status();
  }
  status.reset();
  return found.status().code() == Code::kNotFound ? NoSuchFile(Text()) : found.status();
}

Result<PathData> PathData::WithSuffix(const std::string& suffix) const {
  return LookedUp(*fs, Text() + suffix);
}

Result<PathData> PathData::LookUpChild(const std::string& name) const {
  if (!exists()) return NoSuchFile(Text());
  if (!is_directory()) return IsNotADirectory(Text());
  return LookedUp(*fs, ChildText(*this, name));
}

PathData PathData::ListedChild(FileStatus entry) const {
  PathData child = WithoutStatus(*fs, ChildText(*this, entry.name));
  child.path = JoinPath(path, entry.name);
  child.status = std::move(entry);
  return child;
}

Result<PathData> MakePath(FileSystems& file_systems, const std::string& text) {
  const UriPath uri = SplitPath(text);
  CAIRN_ASSIGN(FileSystem* const fs, file_systems.Of(uri));
  return LookedUp(*fs, text);
}

Result<PathData> MakeLocalPath(FileSystems& file_systems, const std::string& text) {
  CAIRN_ASSIGN(FileSystem* const fs, file_systems.Local());
  return LookedUp(*fs, PercentDecode(SplitPath(text).path));
}

Result<std::vector<PathData>> ExpandGlob(FileSystems& file_systems, const std::string& pattern) {
  CAIRN_ASSIGN(const UriPath uri, ParsePath(pattern));
  CAIRN_ASSIGN(FileSystem* const fs, file_systems.Of(uri));
  CAIRN_ASSIGN(std::optional<std::vector<GlobMatch>> matches, FindMatches(*fs, uri.path));
  std::vector<PathData> items;
  if (!matches) {
    items.push_back(WithoutStatus(*fs, Unescape(pattern)));
    return items;
  }
  for (GlobMatch& match : *matches) {
    PathData item = WithoutStatus(*fs, MatchText(*fs, uri, match));
    item.path = match.path;
    item.status = std::move(match.status);
    items.push_back(std::move(item));
  }
  Sort(items);
  return items;
}

Result<std::vector<PathData>> SortedContents(const PathData& directory) {
  if (!directory.exists()) return NoSuchFile(directory.Text());
  if (!directory.is_directory()) return IsNotADirectory(directory.Text());
  CAIRN_ASSIGN(std::vector<FileStatus> entries, ListAll(*directory.fs, directory.path));
  std::vector<PathData> items;
  items.reserve(entries.size());
  for (FileStatus& entry : entries) items.push_back(directory.ListedChild(std::move(entry)));
  Sort(items);
  return items;
}

}  // namespace cairn::shell
