// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <memory>
#include <string>
#include <vector>

#include "common/config/configuration.h"
#include "tools/shell/command_format.h"
#include "tools/shell/console.h"
#include "tools/shell/errors.h"
#include "tools/shell/file_systems.h"
#include "tools/shell/path_data.h"

namespace cairn::shell {

// What commands work with. All must outlive them.
struct ShellContext {
  const config::Configuration& configuration;
  FileSystems& file_systems;
  Console& console;
};

// One command of the shell. A run takes the options, expands the other arguments as patterns, and
// processes each path; an error with one path is printed and does not keep the others from being
// processed.
//
// Functions that give a Status give only those that end the run: usage errors, and errors with
// arguments as a whole.
//
// Not thread-safe, but for DisplayError.
class Command {
 public:
  virtual ~Command() = default;

  // `name`: as it was called, without dash.
  void Attach(ShellContext& context, const std::string& name);

  // The exit status, or a usage error.
  Result<int> Run(Arguments arguments);

 protected:
  // Consumes options, and arguments that are no paths.
  virtual Status ProcessOptions(Arguments& arguments);
  virtual Status ProcessRawArguments(const Arguments& arguments);
  virtual Result<std::vector<PathData>> ExpandArgument(const std::string& argument);
  virtual Status ProcessArguments(std::vector<PathData>& items);
  // An argument that exists.
  virtual Status ProcessPathArgument(PathData& item);
  virtual Status ProcessMissingPath(PathData& item);
  // Arguments, or some entries of a directory that is walked. `within`: a directory's.
  virtual Status ProcessPaths(bool within, std::vector<PathData>& items);
  virtual Status ProcessPath(PathData& item);
  // After a directory's entries.
  virtual Status AfterPath(PathData& item);
  virtual bool IsRecursable(const PathData& item);
  virtual Status RecursePath(PathData& item);
  // Whether directories are walked in the order of names, and not in the file system's.
  virtual bool IsSorted() const { return false; }
  // How many entries ProcessPaths gets at once when they are not sorted.
  virtual size_t GroupSize() const { return 1; }

  // Prints an error that does not end the run, and lets usage errors through.
  Status Absorb(const Status& status);
  void DisplayError(const Status& status);
  void DisplayWarning(const std::string& message);
  void PrintLine(std::string_view text) { context().console.PrintLine(text); }

  ShellContext& context() const { return *context_; }
  const std::string& name() const { return name_; }
  void set_recursive(bool recursive) { recursive_ = recursive; }
  bool recursive() const { return recursive_; }
  // Directories between the argument and the path that is processed.
  int depth() const { return depth_; }
  void set_exit_code(int code) { exit_code_ = code; }
  int exit_code() const { return exit_code_; }

 private:
  Status ProcessOne(PathData& item);
  Status WalkUnsorted(PathData& item);

  ShellContext* context_ = nullptr;
  std::string name_;
  bool recursive_ = false;
  int depth_ = 0;
  int exit_code_ = 0;
  std::atomic<int> errors_ = 0;
};

}  // namespace cairn::shell
