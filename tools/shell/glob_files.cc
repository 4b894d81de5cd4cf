// SPDX-License-Identifier: Apache-2.0
#include "tools/shell/glob_files.h"

#include <algorithm>

#include "tools/shell/glob.h"
#include "tools/shell/uri_path.h"

namespace cairn::shell {
namespace {

std::vector<std::string> Components(const std::string& path) {
  std::vector<std::string> components;
  for (size_t start = 0; start < path.size();) {
    const size_t end = std::min(path.find('/', start), path.size());
    if (end > start) components.push_back(path.substr(start, end - start));
    start = end + 1;
  }
  return components;
}

// Adds the entries of `directory` that match. `last`: of the pattern's components; others lead on
// through directories only.
Status AddMatches(FileSystem& fs, const std::string& directory, const GlobPattern& pattern,
                  bool last, std::vector<GlobMatch>& matches) {
  Result<std::vector<FileStatus>> entries = ListAll(fs, directory);
  if (!entries.ok()) {
    return entries.status().code() == Code::kNotFound ? Status() : entries.status();
  }
  for (FileStatus& entry : *entries) {
    if (entry.name.empty()) continue;  // A file lists itself.
    if (!last && entry.type != FileType::kDirectory) continue;
    if (!pattern.Matches(entry.name)) continue;
    matches.push_back({JoinPath(directory, entry.name), std::move(entry)});
  }
  return Status();
}

Status AddIfThere(FileSystem& fs, const std::string& path, std::vector<GlobMatch>& matches) {
  Result<FileStatus> status = fs.GetFileStatus(path);
  if (status.ok()) {
    matches.push_back({path, std::move(status).value()});
  } else if (status.status().code() != Code::kNotFound) {
    return status.status();
  }
  return Status();
}

// Follows one pattern without alternatives from the root. `saw_wildcard` is set when a component
// is a pattern.
Status Follow(FileSystem& fs, const std::string& pattern, bool& saw_wildcard,
              std::vector<GlobMatch>& results) {
  const std::vector<std::string> components = Components(pattern);
  std::vector<GlobMatch> candidates = {{"/", {}}};
  for (size_t i = 0; i < components.size(); ++i) {
    const bool last = i + 1 == components.size();
    CAIRN_ASSIGN(const GlobPattern glob, GlobPattern::Parse(components[i]));
    // HDFS has no such names, and Apache's client reads them as a scheme.
    if (fs.hdfs() != nullptr && components[i].find(':') != std::string::npos) {
      CAIRN_TRY(ParsePath(components[i]).status());
    }
    saw_wildcard = saw_wildcard || glob.has_wildcard();
    if (candidates.empty() && saw_wildcard) break;
    std::vector<GlobMatch> next;
    for (GlobMatch& candidate : candidates) {
      if (glob.has_wildcard()) {
        CAIRN_TRY(AddMatches(fs, candidate.path, glob, last, next));
        continue;
      }
      const std::string path = JoinPath(candidate.path, Unescape(components[i]));
      if (last) {
        CAIRN_TRY(AddIfThere(fs, path, next));
      } else {
        // Whether it is there shows further on.
        next.push_back({path, std::move(candidate.status)});
      }
    }
    candidates = std::move(next);
  }
  if (components.empty()) return AddIfThere(fs, "/", results);
  results.insert(results.end(), std::make_move_iterator(candidates.begin()),
                 std::make_move_iterator(candidates.end()));
  return Status();
}

}  // namespace

Result<std::optional<std::vector<GlobMatch>>> FindMatches(FileSystem& fs,
                                                          const std::string& pattern) {
  CAIRN_ASSIGN(const std::vector<std::string> alternatives, ExpandGroups(pattern));
  std::vector<GlobMatch> results;
  bool saw_wildcard = false;
  for (const std::string& alternative : alternatives) {
    const std::string absolute = NormalizePath(
        alternative.starts_with('/') ? alternative
                                     : JoinPath(fs.working_directory(), alternative));
    CAIRN_TRY(Follow(fs, absolute, saw_wildcard, results));
  }
  if (!saw_wildcard && results.empty() && alternatives.size() <= 1) {
    return std::optional<std::vector<GlobMatch>>();
  }
  return std::optional<std::vector<GlobMatch>>(std::move(results));
}

}  // namespace cairn::shell
