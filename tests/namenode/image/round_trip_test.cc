// SPDX-License-Identifier: Apache-2.0
#include <zlib.h>

#include "common/util/bytes.h"
#include "common/wire/field_writer.h"
#include "namenode/image/proto_cursor.h"
#include "tests/namenode/image/image_fixture.h"

namespace cairn::namenode {
namespace {

std::string Write(io::FaultDisk& disk, const TestNamespace& ns, TxId txid, int32_t layout = -67) {
  const Result<WrittenImage> written = WriteImage(disk, {"/image"}, ns.Source(txid, layout));
  EXPECT_TRUE(written.ok()) << written.status().ToString();
  return disk.ReadFile("/image", 1 << 30).value();
}

TEST(RoundTripTest, EmptyNamespace) {
  io::FaultDisk disk;
  TestNamespace ns;
  Write(disk, ns, TxId(0));
  TestNamespace again;
  ASSERT_TRUE(again.Load(disk, "/image").ok());
  EXPECT_EQ(HashTree(again.tree), HashTree(ns.tree));
  EXPECT_EQ(again.image.inodes, 1u);
  EXPECT_EQ(again.image.ids, ns.image.ids);
  EXPECT_EQ(again.tree.features().Quota(again.tree.root())->limits.names, kRootNameQuota);
}

TEST(RoundTripTest, RandomTreesComeBackTheSame) {
  for (uint64_t seed = 1; seed <= 8; ++seed) {
    io::FaultDisk disk;
    TestNamespace ns;
    FillTree(ns, seed, 400);
    ns.image.ids.generation_stamp = GenerationStamp(2000);
    const std::string first = Write(disk, ns, TxId(77));
    TestNamespace again;
    const Status status = again.Load(disk, "/image");
    ASSERT_TRUE(status.ok()) << status.ToString();
    EXPECT_EQ(HashTree(again.tree), HashTree(ns.tree));
    EXPECT_EQ(again.blocks.StateHash(), ns.blocks.StateHash());
    EXPECT_EQ(again.image.txid, TxId(77));
    EXPECT_EQ(again.image.ids, ns.image.ids);
    EXPECT_EQ(again.image.namespace_id, 7u);
    EXPECT_TRUE(again.image.carried.snapshot_only.empty());
    EXPECT_EQ(Write(disk, again, TxId(77)), first);
  }
}

TEST(RoundTripTest, WritersOfOpenFilesGetTheirLeases) {
  io::FaultDisk disk;
  TestNamespace ns;
  FillTree(ns, 3, 300);
  Write(disk, ns, TxId(1));
  TestNamespace again;
  ASSERT_TRUE(again.Load(disk, "/image").ok());
  EXPECT_GT(again.leases.file_count(), 0u);
  for (const InodeId id : again.leases.OpenFiles(InodeId(0), 1000)) {
    const InodeHandle file = again.tree.Find(id);
    ASSERT_NE(file, kNoInode);
    EXPECT_EQ(*again.leases.HolderOf(id), again.tree.features().Writer(file)->client_name);
    const std::vector<BlockId> ids = again.tree.inodes().Blocks(file);
    if (!ids.empty()) {
      EXPECT_EQ(again.blocks.Find(ids.back())->state, BlockState::kUnderConstruction);
    }
  }
}

TEST(RoundTripTest, OlderLayoutHasItsOwnStringTable) {
  io::FaultDisk disk;
  TestNamespace ns;
  FillTree(ns, 5, 200);
  Write(disk, ns, TxId(1), -63);
  TestNamespace again;
  const Status status = again.Load(disk, "/image");
  ASSERT_TRUE(status.ok()) << status.ToString();
  EXPECT_EQ(again.image.layout_version, -63);
  EXPECT_EQ(HashTree(again.tree), HashTree(ns.tree));
  EXPECT_TRUE(again.image.carried.erasure_coding.empty());
}

TEST(RoundTripTest, LargeDirectoryGoesThroughManyPages) {
  io::FaultDisk disk;
  TestNamespace ns;
  const InodeHandle dir =
      ns.tree.AddDirectory(ns.tree.root(), {InodeId(20000), "d", {"u", "g", 0755}, 1, 0}).value();
  for (uint64_t i = 0; i < 10000; ++i) {
    const std::string name = (i % 2 == 0 ? "\xC3\xA9" : "f") + std::to_string(i);
    ASSERT_TRUE(ns.tree.AddFile(dir, {InodeId(30000 + i), name, {"u", "g", 0644}, 1, 1},
                                {.replication = 1, .block_size = 1 << 20}).ok());
  }
  Write(disk, ns, TxId(1));
  TestNamespace again;
  ASSERT_TRUE(again.Load(disk, "/image").ok());
  EXPECT_EQ(again.tree.ChildCount(again.At("/d")), 10000u);
  EXPECT_EQ(HashTree(again.tree), HashTree(ns.tree));
}

// Rewrites an image with every section compressed, as Apache does with DefaultCodec. `split` cuts
// each section into two streams, as sub-sections do.
std::string Compress(const std::string& image, const std::string& codec, bool split) {
  const uint32_t trunk = LoadU32(image.data() + image.size() - 4);
  const std::string_view tail = std::string_view(image).substr(image.size() - 4 - trunk, trunk);
  ByteReader reader(tail);
  const std::string_view summary = reader.Take(reader.Varint().value()).value();
  std::string out = image.substr(0, 8), sections, header;
  ProtoCursor c(summary);
  while (c.Next()) {
    if (c.field() < 3) wire::PutVarintField(header, c.field(), c.number());
    if (c.field() != 4) continue;
    std::string name;
    uint64_t length = 0, offset = 0;
    ProtoCursor s(c.bytes());
    while (s.Next()) {
      if (s.field() == 1) name = std::string(s.bytes());
      if (s.field() == 2) length = s.number();
      if (s.field() == 3) offset = s.number();
    }
    const size_t start = out.size();
    const std::string plain = image.substr(offset, length);
    const size_t cut = split ? plain.size() / 2 : plain.size();
    for (const std::string& part : {plain.substr(0, cut), plain.substr(cut)}) {
      if (part.empty() && !plain.empty()) continue;
      uLongf size = compressBound(part.size());
      std::string packed(size, '\0');
      compress(reinterpret_cast<Bytef*>(packed.data()), &size,
               reinterpret_cast<const Bytef*>(part.data()), part.size());
      out += packed.substr(0, size);
    }
    std::string section;
    wire::PutBytesField(section, 1, name);
    wire::PutVarintField(section, 2, out.size() - start);
    wire::PutVarintField(section, 3, start);
    wire::PutBytesField(sections, 4, section);
  }
  wire::PutBytesField(header, 3, codec);
  std::string end;
  wire::PutDelimited(end, header + sections);
  const auto size = static_cast<uint32_t>(end.size());
  PutU32(end, size);
  return out + end;
}

TEST(RoundTripTest, CompressedImagesAreRead) {
  for (const bool split : {false, true}) {
    io::FaultDisk disk;
    TestNamespace ns;
    FillTree(ns, 9, 500);
    const std::string plain = Write(disk, ns, TxId(1));
    ASSERT_TRUE(io::WriteFileAtomically(
                    disk, "/packed",
                    Compress(plain, "org.apache.hadoop.io.compress.DefaultCodec", split)).ok());
    TestNamespace again;
    const Status status = again.Load(disk, "/packed");
    ASSERT_TRUE(status.ok()) << status.ToString();
    EXPECT_EQ(HashTree(again.tree), HashTree(ns.tree));
  }
}

TEST(RoundTripTest, OtherCodecsAreRefusedByName) {
  io::FaultDisk disk;
  TestNamespace ns;
  const std::string codec = "org.apache.hadoop.io.compress.Lz4Codec";
  ASSERT_TRUE(io::WriteFileAtomically(disk, "/packed",
                                      Compress(Write(disk, ns, TxId(1)), codec, false)).ok());
  TestNamespace again;
  const Status status = again.Load(disk, "/packed");
  EXPECT_EQ(status.code(), Code::kUnsupported);
  EXPECT_NE(status.message().find(codec), std::string::npos);
}

}  // namespace
}  // namespace cairn::namenode
