// SPDX-License-Identifier: Apache-2.0
#include "namenode/ha_link/link_codec.h"

#include <gtest/gtest.h>

#include <limits>

#include "common/util/random.h"
#include "namenode/journal/codec.h"
#include "namenode/journal/log_chain.h"

namespace cairn::namenode::ha {
namespace {

const Lead kLead{.epoch = Epoch(std::numeric_limits<uint64_t>::max()),
                 .incarnation = Incarnation(0x8123456789ABCDEF),
                 .stamp = 123456,
                 .commit = TxId(40),
                 .in_sync = true};

std::string Records(int64_t first, int64_t last) {
  std::string bytes;
  for (int64_t id = first; id <= last; ++id) {
    const EditOp op = id == 41 ? EditOp(op::StartLogSegment()) : EditOp(op::Delete{"/f", id, {}});
    EXPECT_TRUE(EncodeRecord({TxId(id), op}, -67, bytes).ok());
  }
  return bytes;
}

Append MakeAppend(std::string bytes, uint32_t chain) {
  Append append{.lead = kLead, .previous = {TxId(40), Epoch(3), 99}};
  append.batch = std::make_shared<const Batch>(
      Batch{TxId(41), {TxId(45), Epoch(5), chain}, std::move(bytes)});
  return append;
}

template <typename T>
T Again(const T& message) {
  Result<LinkMessage> decoded = DecodeMessage(EncodeMessage(message));
  EXPECT_TRUE(decoded.ok()) << decoded.status().ToString();
  return std::get<T>(*decoded);
}

TEST(LinkCodecTest, HeartbeatHandoffRefusedAndDiedComeBack) {
  const Heartbeat heartbeat = Again(Heartbeat{kLead, {TxId(9), Epoch(8), 0xFFFFFFFF}});
  EXPECT_EQ(heartbeat.lead, kLead);
  EXPECT_EQ(heartbeat.tail, (Position{TxId(9), Epoch(8), 0xFFFFFFFF}));
  const Handoff handoff = Again(Handoff{kLead, {TxId(9), Epoch(8), 1}, true});
  EXPECT_EQ(handoff.last.txid, TxId(9));
  EXPECT_TRUE(handoff.stays);
  const Refused refused = Again(Refused{Epoch(3), Epoch(4)});
  EXPECT_EQ(refused.epoch, Epoch(3));
  EXPECT_EQ(refused.promised, Epoch(4));
  EXPECT_EQ(Again(Died{Incarnation(77)}), Died{Incarnation(77)});
}

TEST(LinkCodecTest, AckAndSyncComeBack) {
  const Ack ack = Again(Ack{.epoch = Epoch(3),
                            .stamp = 5,
                            .log = LogId("a-log"),
                            .tail = {TxId(9), Epoch(3), 2},
                            .durable = TxId(8),
                            .gap = true});
  EXPECT_EQ(ack.log, LogId("a-log"));
  EXPECT_EQ(ack.durable, TxId(8));
  EXPECT_TRUE(ack.gap);
  Sync sync{.lead = kLead, .tail = {TxId(9), Epoch(7), 0}, .oldest = TxId(4)};
  sync.terms = *EpochTable::From({{Epoch(1), TxId(1)}, {Epoch(7), TxId(5)}});
  const Sync again = Again(sync);
  EXPECT_EQ(again.terms, sync.terms);
  EXPECT_EQ(again.oldest, TxId(4));
}

TEST(LinkCodecTest, RecordsComeBackWithTheirChain) {
  const std::string bytes = Records(41, 45);
  const uint32_t chain = ExtendChain(99, bytes);
  for (const uint32_t told : {chain, 0u}) {
    const Append append = Again(MakeAppend(bytes, told));
    EXPECT_EQ(append.batch->bytes, bytes);
    EXPECT_EQ(append.batch->first, TxId(41));
    EXPECT_EQ(append.batch->last, (Position{TxId(45), Epoch(5), chain}));
    EXPECT_EQ(append.previous, (Position{TxId(40), Epoch(3), 99}));
  }
}

TEST(LinkCodecTest, RecordsThatDoNotFitAreRefused) {
  const std::string bytes = Records(41, 45);
  const uint32_t chain = ExtendChain(99, bytes);
  const auto code = [](const Append& append) {
    return DecodeMessage(EncodeMessage(append)).status().code();
  };
  EXPECT_EQ(code(MakeAppend(bytes, chain ^ 1)), Code::kChecksum);
  EXPECT_EQ(code(MakeAppend(Records(41, 44), 0)), Code::kCorrupt);
  EXPECT_EQ(code(MakeAppend(Records(42, 45), 0)), Code::kCorrupt);
  EXPECT_EQ(code(MakeAppend(Records(41, 46), 0)), Code::kCorrupt);
  EXPECT_EQ(code(MakeAppend("", 0)), Code::kCorrupt);
  EXPECT_NE(code(MakeAppend(bytes.substr(0, bytes.size() - 1), 0)), Code::kOk);
  EXPECT_EQ(code(MakeAppend(std::string(100, '\xFF'), 0)), Code::kCorrupt);
  std::string damaged = bytes;
  damaged[bytes.size() - 8] ^= 1;
  EXPECT_EQ(code(MakeAppend(damaged, 0)), Code::kChecksum);
}

TEST(LinkCodecTest, DamagedMessagesAreRefusedOrRead) {
  SeededRandom random(1);
  const std::string messages[] = {
      EncodeMessage(MakeAppend(Records(41, 45), 0)),
      EncodeMessage(Ack{.log = LogId("a"), .tail = {}}),
      EncodeMessage(Sync{.terms = *EpochTable::From({{Epoch(1), TxId(1)}})}),
  };
  for (const std::string& message : messages) {
    for (size_t n = 0; n < message.size(); ++n) {
      EXPECT_FALSE(DecodeMessage(message.substr(0, n)).ok()) << n;
    }
    EXPECT_FALSE(DecodeMessage(message + "x").ok());
    for (int i = 0; i < 20'000; ++i) {
      std::string damaged = message;
      for (uint64_t k = random.Below(4); k < 4; ++k) {
        damaged[random.Below(damaged.size())] = static_cast<char>(random.Next());
      }
      static_cast<void>(DecodeMessage(damaged));
    }
  }
}

TEST(LinkCodecTest, HelloComesBackAndTellsItsVersion) {
  const LinkHello hello{.purpose = LinkPurpose::kWatcher,
                        .node = NodeId("nn1"),
                        .incarnation = Incarnation(5),
                        .nonce = std::string(32, 'n')};
  const std::string bytes = EncodeHello(hello);
  const LinkHello again = *DecodeHello(bytes);
  EXPECT_EQ(again.purpose, hello.purpose);
  EXPECT_EQ(again.node, hello.node);
  EXPECT_EQ(again.incarnation, hello.incarnation);
  EXPECT_EQ(again.nonce, hello.nonce);
  std::string other = bytes;
  other[6] = 9;  // Behind the type and the number of the first field: its i32.
  EXPECT_EQ(DecodeHello(other).status().code(), Code::kVersionMismatch);
  LinkHello bad = hello;
  bad.nonce = "short";
  EXPECT_EQ(DecodeHello(EncodeHello(bad)).status().code(), Code::kBadRequest);
  bad = hello;
  bad.node = NodeId("a/b");
  EXPECT_EQ(DecodeHello(EncodeHello(bad)).status().code(), Code::kBadRequest);
}

}  // namespace
}  // namespace cairn::namenode::ha
