// SPDX-License-Identifier: Apache-2.0
#include "common/util/bytes.h"
#include "tools/shell/commands.h"

namespace cairn::shell {
namespace {

class Checksum final : public Command {
  Status ProcessOptions(Arguments& arguments) override {
    CommandFormat format({.least = 1}, {"v"});
    CAIRN_TRY(format.Parse(arguments));
    block_size_ = format.Has("v");
    return Status();
  }

  Status ProcessPath(PathData& item) override {
    if (item.is_directory()) return IsADirectory(item.Text());
    std::string line = item.Text() + "\t";
    if (item.fs->hdfs() == nullptr) {
      line += "NONE";
    } else {
      CAIRN_ASSIGN(const client::FileChecksum checksum,
                   item.fs->hdfs()->GetFileChecksum(item.path));
      line += checksum.algorithm + "\t" + ToHex(checksum.bytes);
    }
    if (block_size_) line += "\tBlockSize=" + std::to_string(item.status->block_size);
    PrintLine(line);
    return Status();
  }

  bool block_size_ = false;
};

}  // namespace

std::unique_ptr<Command> MakeChecksum() { return std::make_unique<Checksum>(); }

}  // namespace cairn::shell
