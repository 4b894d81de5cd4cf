// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>
#include <sys/socket.h>

#include <thread>

#include "datanode/transfer/block_sender.h"
#include "tests/datanode/transfer/test_client.h"

namespace cairn::datanode {
namespace {

class ReadBlockTest : public ::testing::Test {
 protected:
  ReadBlockTest() { WriteWhole(block_, {&node_}, data_); }

  TestDatanode node_;
  io::PosixDisk disk_;
  const std::string data_ = Pattern(300'777);
  const ExtendedBlock block_ = MakeBlock(1);
};

TEST_F(ReadBlockTest, RangesBeginAndEndAtChunks) {
  TestClient client(node_.port());
  const std::pair<uint64_t, uint64_t> ranges[] = {
      {0, 1},     {0, 512},     {1, 1},           {511, 2},         {512, 513},
      {0, 0},     {1000, 65536}, {300'776, 1},    {300'777, 0},     {0, 300'777},
      {200'000, 100'777}};
  for (const auto& [offset, length] : ranges) {
    const auto read = ReadRange(client, MakeRead(block_, offset, length));
    ASSERT_TRUE(read.ok()) << offset << "+" << length << ": " << read.status().ToString();
    const uint64_t begin = read->answer.read->chunk_offset;
    EXPECT_EQ(offset / 512 * 512, begin);
    ASSERT_GE(read->data.size(), offset - begin + length);
    EXPECT_EQ(data_.substr(begin, read->data.size()), read->data);
    EXPECT_EQ(data_.substr(offset, length), read->data.substr(offset - begin, length));
    EXPECT_EQ((read->data.size() + 511) / 512 * 4, read->checksums.size());
  }
}

TEST_F(ReadBlockTest, OneConnectionServesManyReads) {
  TestClient client(node_.port());
  for (int i = 0; i < 20; ++i) {
    ASSERT_TRUE(ReadRange(client, MakeRead(block_, i * 1000, 5000)).ok());
  }
  // The last one may not be counted yet when its bytes are here.
  EXPECT_GE(node_.metrics().blocks_read, 19u);
}

TEST_F(ReadBlockTest, WithoutChecksumsOnlyDataComes) {
  TestClient client(node_.port());
  wire::ReadBlockOp op = MakeRead(block_, 600, 100'000);
  op.send_checksums = false;
  const auto read = ReadRange(client, op);
  ASSERT_TRUE(read.ok()) << read.status().ToString();
  EXPECT_EQ(ChecksumType::kNull, read->answer.read->checksum.type);
  EXPECT_TRUE(read->checksums.empty());
  EXPECT_EQ(data_.substr(600, 100'000), read->data.substr(600 - 512, 100'000));
}

TEST_F(ReadBlockTest, RangeBeyondTheReplicaIsAnsweredWithAnError) {
  TestClient client(node_.port());
  for (const auto& [offset, length] : {std::pair<uint64_t, uint64_t>{0, 300'778},
                                       {300'778, 0},
                                       {UINT64_MAX, 2},
                                       {5, UINT64_MAX}}) {
    TestClient bad(node_.port());
    const auto read = ReadRange(bad, MakeRead(block_, offset, length));
    EXPECT_FALSE(read.ok());
    EXPECT_TRUE(bad.AtEnd());
  }
}

TEST_F(ReadBlockTest, UnknownBlockIsAnsweredInApachesWords) {
  TestClient client(node_.port());
  ASSERT_TRUE(client.Send(wire::Encode(MakeRead(MakeBlock(99), 0, 1))).ok());
  const auto answer = client.ReadAnswer();
  ASSERT_TRUE(answer.ok());
  EXPECT_EQ(wire::OpStatus::kError, answer->status);
  EXPECT_NE(std::string::npos, answer->message.find("opReadBlock " + std::string(kPool)));
  EXPECT_NE(std::string::npos, answer->message.find("ReplicaNotFoundException"));
}

TEST_F(ReadBlockTest, NewerStampThanOursIsRefusedAndAnOlderOneServed) {
  TestClient client(node_.port());
  EXPECT_TRUE(ReadRange(client, MakeRead(MakeBlock(1, 0, 1000), 0, 100)).ok());
  EXPECT_FALSE(ReadRange(client, MakeRead(MakeBlock(1, 0, 1002), 0, 100)).ok());
}

TEST_F(ReadBlockTest, PacketsHaveTheConfiguredSize) {
  TestClient client(node_.port());
  const auto read = ReadRange(client, MakeRead(block_, 0, 300'777));
  ASSERT_TRUE(read.ok());
  const std::vector<uint32_t> expected{65536, 65536, 65536, 65536, 300'777 - 4 * 65536};
  EXPECT_EQ(expected, read->packets);
}

TEST_F(ReadBlockTest, FlippedBitOnDiskReachesTheReaderAsAChecksumError) {
  node_.FlipByte(node_.BlockFile(block_), 100'000);
  TestClient client(node_.port());
  EXPECT_EQ(Code::kChecksum, ReadRange(client, MakeRead(block_, 0, 300'777)).status().code());
}

TEST_F(ReadBlockTest, ReplicaWhoseFilesAreTooShortIsRefusedWithAnAnswer) {
  for (const std::string& path : {node_.MetaFile(block_), node_.BlockFile(block_)}) {
    auto file = disk_.Open(path, io::OpenMode::kReadWrite);
    ASSERT_TRUE(file.ok());
    ASSERT_TRUE((*file)->Truncate(100).ok());
    TestClient client(node_.port());
    ASSERT_TRUE(client.Send(wire::Encode(MakeRead(block_, 0, 1000))).ok());
    const auto answer = client.ReadAnswer();
    ASSERT_TRUE(answer.ok());
    EXPECT_EQ(wire::OpStatus::kError, answer->status);
  }
}

// Files that are cut between the answer and the data.
class CutWhileSending : public ReadBlockTest {
 protected:
  CutWhileSending()
      : context_(node_.store(), node_.events(), clock_, metrics_, TestDatanode::Defaults()) {
    int ends[2];
    EXPECT_EQ(0, ::socketpair(AF_UNIX, SOCK_STREAM, 0, ends));
    near_ = net::BlockingSocket(ends[0]);
    far_ = net::BlockingSocket(ends[1]);
  }
  void Cut(const std::string& path, uint64_t size) {
    auto file = disk_.Open(path, io::OpenMode::kReadWrite);
    ASSERT_TRUE(file.ok());
    ASSERT_TRUE((*file)->Truncate(size).ok());
  }
  // Sends while another thread takes the bytes; gives the sender's end.
  Status Send(BlockSender& sender) {
    std::thread taker([this] {
      std::vector<char> waste(1 << 16);
      for (Result<size_t> n = size_t{1}; n.ok() && *n > 0;) {
        n = far_.ReadSome(waste.data(), waste.size());
      }
    });
    const Status sent = sender.Send(near_, "", nullptr);
    near_.Close();
    taker.join();
    return sent;
  }

  SystemClock clock_;
  TransferMetrics metrics_;
  TransferContext context_;
  net::BlockingSocket near_;
  net::BlockingSocket far_;
};

TEST_F(CutWhileSending, BlockFileEndsTheStreamAndIsReported) {
  auto sender = BlockSender::Open(context_, {.block = block_, .length = data_.size()});
  ASSERT_TRUE(sender.ok()) << sender.status().ToString();
  Cut(node_.BlockFile(block_), 70'000);
  EXPECT_FALSE(Send(*sender).ok());
  EXPECT_EQ(1u, node_.events().corrupt_local().size());
}

TEST_F(CutWhileSending, ReplicaThatIsBeingWrittenMayBeCutByARecoveryAndIsNotReported) {
  const ExtendedBlock block = MakeBlock(2);
  TestWriter writer(MakeWrite(block, {&node_}), node_);
  writer.Write(0, data_);
  auto sender = BlockSender::Open(context_, {.block = block, .length = data_.size()});
  ASSERT_TRUE(sender.ok());
  Cut(node_.BlockFile(block), 70'000);
  EXPECT_FALSE(Send(*sender).ok());
  EXPECT_TRUE(node_.events().corrupt_local().empty());
}

TEST_F(CutWhileSending, MetaFileEndsACopyAndIsReported) {
  auto sender = BlockSender::Open(context_, {.block = block_, .length = data_.size()});
  ASSERT_TRUE(sender.ok());
  Cut(node_.MetaFile(block_), 100);
  EXPECT_EQ(Code::kCorrupt, Send(*sender).code());
  EXPECT_EQ(1u, node_.events().corrupt_local().size());
}

TEST_F(CutWhileSending, MetaFileLeavesZerosForAReaderThatVerifies) {
  auto sender = BlockSender::Open(
      context_, {.block = block_, .length = data_.size(), .missing_checksums_ok = true});
  ASSERT_TRUE(sender.ok());
  Cut(node_.MetaFile(block_), 100);
  EXPECT_TRUE(Send(*sender).ok());
}

TEST_F(ReadBlockTest, ReaderMayLeaveInTheMiddle) {
  {
    TestClient client(node_.port());
    ASSERT_TRUE(client.Send(wire::Encode(MakeRead(block_, 0, 300'777))).ok());
    ASSERT_TRUE(client.ReadAnswer().ok());
  }
  EXPECT_EQ(data_, ReadWhole(node_, block_, data_.size()));
}

TEST(ReadCopiedTest, WithoutSendfileTheBytesAreTheSame) {
  TransferOptions options = TestDatanode::Defaults();
  options.send_by_sendfile = false;
  options.drop_cache_behind_reads = true;
  TestDatanode node(options);
  const std::string data = Pattern(3'000'001);
  WriteWhole(MakeBlock(1), {&node}, data);
  EXPECT_EQ(data, ReadWhole(node, MakeBlock(1), data.size()));
}

TEST(ReadCopiedTest, PacketsOfAMebibyteAreTheSame) {
  TransferOptions options = TestDatanode::Defaults();
  options.packet_bytes = 1 << 20;
  TestDatanode node(options);
  const std::string data = Pattern(20'000'001);
  WriteWhole(MakeBlock(1), {&node}, data);
  EXPECT_EQ(data, ReadWhole(node, MakeBlock(1), data.size()));
}

}  // namespace
}  // namespace cairn::datanode
