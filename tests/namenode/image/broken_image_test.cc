// SPDX-License-Identifier: Apache-2.0
#include "common/util/bytes.h"
#include "common/util/md5.h"
#include "tests/namenode/image/image_fixture.h"

namespace cairn::namenode {
namespace {

std::string GoldenBytes() {
  io::PosixDisk disk;
  return disk.ReadFile(CAIRN_GOLDEN_DIR "/image/nn/current/fsimage_0000000000000000124", 1 << 20)
      .value();
}

Status LoadBytes(const std::string& bytes) {
  io::FaultDisk disk;
  EXPECT_TRUE(io::WriteFileAtomically(disk, "/image", bytes).ok());
  TestNamespace ns;
  return ns.Load(disk, "/image");
}

TEST(BrokenImageTest, EveryPrefixIsRefused) {
  const std::string good = GoldenBytes();
  ASSERT_TRUE(LoadBytes(good).ok());
  for (size_t n = 0; n < good.size(); n += 7) {
    EXPECT_FALSE(LoadBytes(good.substr(0, n)).ok()) << n;
  }
}

TEST(BrokenImageTest, FlippedBytesNeverCrash) {
  const std::string good = GoldenBytes();
  SeededRandom random(11);
  for (int round = 0; round < 3000; ++round) {
    std::string bad = good;
    for (uint64_t n = 1 + random.Below(3); n > 0; --n) {
      bad[random.Below(bad.size())] = static_cast<char>(random.Next());
    }
    static_cast<void>(LoadBytes(bad));
  }
}

TEST(BrokenImageTest, LyingLengthsAreRefused) {
  std::string bad = GoldenBytes();
  StoreU32(bad.data() + bad.size() - 4, 0x7FFFFFFF);
  EXPECT_EQ(LoadBytes(bad).code(), Code::kCorrupt);
  StoreU32(bad.data() + bad.size() - 4, 0);
  EXPECT_FALSE(LoadBytes(bad).ok());
}

TEST(BrokenImageTest, UnknownSectionIsRefusedNotDropped) {
  std::string bad = GoldenBytes();
  const size_t at = bad.rfind("CACHE_MANAGER");
  bad.replace(at, 13, "CACHE_MANAGEX");
  const Status status = LoadBytes(bad);
  EXPECT_EQ(status.code(), Code::kUnsupported);
  EXPECT_NE(status.message().find("CACHE_MANAGEX"), std::string::npos);
}

TEST(BrokenImageTest, UsableCopyIsChosen) {
  io::FaultDisk disk;
  ASSERT_TRUE(disk.MakeDirectories("/n1").ok());
  ASSERT_TRUE(disk.MakeDirectories("/n2").ok());
  const auto put = [&](const std::string& path, const std::string& bytes, const std::string& sum) {
    EXPECT_TRUE(io::WriteFileAtomically(disk, path, bytes).ok());
    if (!sum.empty()) {
      EXPECT_TRUE(io::WriteFileAtomically(disk, path + ".md5", sum + " *x\n").ok());
    }
  };
  const std::string sum = ToHex(Md5Of("image"));
  put("/n1/fsimage_9", "imagf", sum);
  put("/n2/fsimage_9", "image", "");
  put("/n1/fsimage_5", "image", sum);
  LoadPlan plan;
  plan.images = {{TxId(9), {"/n1/fsimage_9", "/n2/fsimage_9"}}, {TxId(5), {"/n1/fsimage_5"}}};
  plan.segments = {{TxId(6), TxId(9), {"/n1/edits"}}};
  plan.last = TxId(9);
  // Neither copy of the newest can be used: one is damaged, the other has no sum.
  Result<ChosenImage> chosen = ChooseImage(disk, plan);
  ASSERT_TRUE(chosen.ok()) << chosen.status().ToString();
  EXPECT_EQ(chosen->txid, TxId(5));
  EXPECT_EQ(chosen->segments.size(), 1u);
  put("/n2/fsimage_9", "image", sum);
  EXPECT_EQ(ChooseImage(disk, plan)->path, "/n2/fsimage_9");
  // An older image without the edits behind it is no way out.
  plan.segments.clear();
  put("/n2/fsimage_9", "imago", sum);
  EXPECT_EQ(ChooseImage(disk, plan).status().code(), Code::kCorrupt);
}

}  // namespace
}  // namespace cairn::namenode
