// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "bench/rpc_load.h"
#include "common/util/result.h"

namespace cairn::bench {

// The files on which loads run: `root`/dNNNN/fNNNNNN, empty, as the prefill makes them; and
// `root`/blocks/…, which somebody else has put there, with real blocks.
struct WorkSet {
  std::string root = "/bench";
  uint32_t files = 200'000;
  uint32_t files_in_directory = 100;
  std::vector<std::string> block_files;  // Paths.
  std::string run;  // Makes the names of what a load creates its own.

  std::string Directory(uint32_t file) const;
  std::string File(uint32_t file) const;
  // Below it are all that loads create, one directory each.
  std::string Scratch() const { return root + "/scratch-" + run; }
};

struct ScriptKind {
  const char* name;
  const char* does;
  std::unique_ptr<Script> (*make)(const WorkSet& set, int caller, int callers);
  // Works through all files of a set, once: it needs a set of its own, filled before.
  bool uses_up_files = false;
};

// "getFileInfo", "create", …: a load of each.
const std::vector<ScriptKind>& ScriptKinds();
// Null when there is none.
const ScriptKind* FindScriptKind(std::string_view name);

// Creates the caller's share of the files, and closes them.
std::unique_ptr<Script> MakePrefill(const WorkSet& set, int caller, int callers);
// One call.
std::unique_ptr<Script> MakeDelete(const std::string& path);
// Lists a directory and stores the paths of its files in `paths`, which must outlive the script.
std::unique_ptr<Script> MakeListing(const std::string& path, std::vector<std::string>* paths);

}  // namespace cairn::bench
