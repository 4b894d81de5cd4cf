// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "common/util/clock.h"
#include "tools/shell/command.h"
#include "tools/shell/path_data.h"

namespace cairn::shell {

// A user's trash, as Apache's clients keep it: what is thrown away goes to its own path below
// "<home>/.Trash/Current", which becomes a checkpoint named by its time, and old checkpoints are
// deleted.
//
// Not thread-safe.
class Trash {
 public:
  // All must outlive this object.
  Trash(FileSystem& fs, ShellContext& context, const Clock& clock)
      : fs_(fs), context_(context), clock_(clock), root_(JoinPath(fs.home(), ".Trash")) {}

  // Whether the path was moved: not when there is no trash, or the path is in it already.
  Result<bool> Move(const std::string& path);
  // Deletes the checkpoints that are old, or all of them.
  Status DeleteCheckpoints(bool all);
  Status CreateCheckpoint();

 private:
  // By the server's word, else the configuration's.
  Result<int64_t> IntervalMs();
  // Makes the directory that `target` is to be moved into; where a file is in the way, `target`
  // gets another name. False when it cannot be made.
  Result<bool> MakeDirectory(std::string& target);
  Status DeleteCheckpoint(const std::string& name, int64_t interval_ms, bool all);
  // A line as Apache's log prints it.
  void Note(const char* level, const std::string& message);

  FileSystem& fs_;
  ShellContext& context_;
  const Clock& clock_;
  const std::string root_;
};

}  // namespace cairn::shell
