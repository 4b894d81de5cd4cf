// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <chrono>
#include <thread>

#include "tools/shell/commands.h"
#include "tools/shell/java_format.h"

namespace cairn::shell {
namespace {

constexpr auto kWaitInterval = std::chrono::seconds(10);

class Setrep final : public Command {
  Status ProcessOptions(Arguments& arguments) override {
    CommandFormat format({.least = 2}, {"R", "w"});
    CAIRN_TRY(format.Parse(arguments));
    wait_ = format.Has("w");
    set_recursive(true);
    const Result<int64_t> replication = ParseShort(arguments.front());
    if (!replication.ok()) {
      DisplayWarning("Illegal replication, a positive integer expected");
      return replication.status();
    }
    if (*replication < 1) return UsageError("replication must be >= 1");
    replication_ = static_cast<uint32_t>(*replication);
    arguments.erase(arguments.begin());
    return Status();
  }

  Status ProcessArguments(std::vector<PathData>& items) override {
    CAIRN_TRY(Command::ProcessArguments(items));
    for (const PathData& item : waiting_) CAIRN_TRY(WaitFor(item));
    return Status();
  }

  Status ProcessPath(PathData& item) override {
    if (item.is_symlink()) {
      return PathError(Code::kUnsupported, item.Text(), "Symlinks unsupported");
    }
    if (!item.is_file()) return Status();
    CAIRN_ASSIGN(const bool set, item.fs->SetReplication(item.path, replication_));
    if (!set) return Status(Code::kIoError, "Could not set replication for: " + item.Text());
    PrintLine("Replication " + std::to_string(replication_) + " set: " + item.Text());
    if (wait_) waiting_.push_back(item);
    return Status();
  }

  Status WaitFor(const PathData& item) {
    Console& console = context().console;
    console.Print("Waiting for " + item.Text() + " ...");
    console.Flush();
    bool warned = false;
    while (item.fs->hdfs() != nullptr) {
      CAIRN_ASSIGN(const LocatedBlocks located,
                   item.fs->hdfs()->GetBlockLocations(item.path, 0, item.status->length));
      const auto other = std::find_if(
          located.blocks.begin(), located.blocks.end(),
          [this](const LocatedBlock& block) { return block.locations.size() != replication_; });
      if (other == located.blocks.end()) break;
      if (!warned && other->locations.size() > replication_) {
        PrintLine("\nWARNING: the waiting time may be long for DECREASING the number of "
                  "replications.");
        warned = true;
      }
      console.Print(".");
      console.Flush();
      std::this_thread::sleep_for(kWaitInterval);
    }
    PrintLine(" done");
    return Status();
  }

  bool wait_ = false;
  uint32_t replication_ = 0;
  std::vector<PathData> waiting_;
};

}  // namespace

std::unique_ptr<Command> MakeSetrep() { return std::make_unique<Setrep>(); }

}  // namespace cairn::shell
