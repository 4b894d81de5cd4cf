// SPDX-License-Identifier: Apache-2.0
// Images, from a disk in memory.
#include "common/util/clock.h"
#include "common/util/random.h"
#include "namenode/image/image_reader.h"
#include "tests/fakes/fault_disk.h"
#include "tests/fuzz/targets.h"

namespace cairn::fuzz {
namespace {

constexpr char kPath[] = "/fsimage";

}  // namespace

void RunImage(Input input) {
  io::FaultDisk disk;
  {
    const auto file = disk.Open(kPath, io::OpenMode::kCreate);
    Require(file.ok() && (*file)->Append(input).ok(), "a file in memory can be written");
  }
  const SystemClock clock;
  SeededRandom random(1);
  namenode::Tree tree{namenode::NewInode{.permission = {"root", "supergroup", 0755}}};
  namenode::BlockManager blocks(namenode::BlockManagerOptions(), clock, random, nullptr);
  namenode::LeaseManager leases(clock, {});
  (void)namenode::LoadImage(disk, kPath, {tree, blocks, leases});
}

Seeds ImageSeeds() {
  const std::string image = "golden/image/nn/current/fsimage_";
  return {ReadTestFile(image + "0000000000000000077"), ReadTestFile(image + "0000000000000000124")};
}

}  // namespace cairn::fuzz
