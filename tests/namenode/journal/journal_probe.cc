// SPDX-License-Identifier: Apache-2.0
// What no command of cairn does to a name directory, for the interop tests:
//   journal_probe cut DIRECTORY TXID      cuts the log back to TXID
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include "namenode/journal/storage.h"

namespace cairn::namenode {
namespace {

Status Cut(const std::string& root, TxId last) {
  io::PosixDisk disk;
  CAIRN_ASSIGN(std::unique_ptr<NameStorage> storage,
               NameStorage::Open(disk, {{root, true, true}}));
  CAIRN_TRY(storage->RecoverSegments());
  return storage->CutAfter(last);
}

int Main(const std::vector<std::string>& arguments) {
  if (arguments.size() != 3 || arguments[0] != "cut") {
    std::fprintf(stderr, "usage: journal_probe cut DIRECTORY TXID\n");
    return 2;
  }
  const Status status = Cut(arguments[1], TxId(std::strtoll(arguments[2].c_str(), nullptr, 10)));
  if (!status.ok()) std::fprintf(stderr, "%s\n", status.ToString().c_str());
  return status.ok() ? 0 : 1;
}

}  // namespace
}  // namespace cairn::namenode

int main(int argc, char** argv) {
  return cairn::namenode::Main(std::vector<std::string>(argv + 1, argv + argc));
}
