// SPDX-License-Identifier: Apache-2.0
// What the namenodes of a pair read of each other, of ZooKeeper and of their own state file. Input:
// a byte that chooses the parser, then the bytes.
#include <cstdio>

#include "common/util/crc.h"
#include "namenode/ha_link/config_text.h"
#include "namenode/ha_link/link_codec.h"
#include "namenode/ha_link/state_file.h"
#include "namenode/journal/codec.h"
#include "tests/fuzz/targets.h"

namespace cairn::fuzz {
namespace {

namespace ha = namenode::ha;

std::string WithChecksum(Input text) {
  char line[32];
  std::snprintf(line, sizeof(line), "crc32c %08x\n", Crc32c(0, text.data(), text.size()));
  return std::string(text) + line;
}

void State(Input input) {
  const auto stored = ha::ParseState(WithChecksum(input));
  if (!stored.ok()) return;
  const auto again = ha::ParseState(ha::FormatState(*stored));
  Require(again.ok() && *again == *stored, "a state that was read survives being written");
}

void Configuration(Input input) {
  const auto config = ha::ParseConfig(input);
  if (!config.ok()) return;
  const auto again = ha::ParseConfig(ha::FormatConfig(*config));
  Require(again.ok() && *again == *config, "a configuration survives being written");
}

void LinkMessage(Input input) {
  const auto message = ha::DecodeMessage(input);
  if (!message.ok()) return;
  Require(ha::DecodeMessage(ha::EncodeMessage(*message)).ok(),
          "a message that was read can be written");
}

void Hello(Input input) {
  const auto hello = ha::DecodeHello(input);
  if (hello.ok()) Require(ha::DecodeHello(ha::EncodeHello(*hello)).ok(), "a greeting survives");
}

ha::DurableState SomeState() {
  ha::DurableState state{.promised = ha::Epoch(9), .log = ha::LogId("log-a")};
  state.terms = *ha::EpochTable::From({{ha::Epoch(5), TxId(1)}});
  state.config = ha::Config{.epoch = ha::Epoch(7),
                            .primary = ha::NodeId("nn1"),
                            .in_sync = {{ha::NodeId("nn1"), ha::LogId("log-a")}}};
  return state;
}

std::string SomeAppend() {
  auto batch = std::make_shared<ha::Batch>();
  batch->first = batch->last.txid = TxId(1);
  (void)namenode::EncodeRecord({TxId(1), namenode::op::Delete{"/f", 1, {}}}, -67,
                               batch->bytes);
  return ha::EncodeMessage(ha::Append{.batch = std::move(batch)});
}

}  // namespace

void RunPair(Input input) {
  switch (TakeByte(input) % 4) {
    case 0: State(input); break;
    case 1: Configuration(input); break;
    case 2: LinkMessage(input); break;
    case 3: Hello(input); break;
  }
}

Seeds PairSeeds() {
  const ha::DurableState state = SomeState();
  std::string text = ha::FormatState({.sequence = 1, .state = state});
  text.resize(text.size() - sizeof("crc32c 01234567"));
  return {
      std::string(1, '\0') + text,
      "\x01" + ha::FormatConfig(*state.config),
      "\x02" + SomeAppend(),
      "\x02" + ha::EncodeMessage(ha::Sync{.terms = state.terms}),
      "\x02" + ha::EncodeMessage(ha::Ack{.log = ha::LogId("log-a")}),
      "\x02" + ha::EncodeMessage(ha::Died{ha::Incarnation(1)}),
      "\x03" + ha::EncodeHello({.node = ha::NodeId("nn1"), .nonce = std::string(32, 'n')}),
  };
}

}  // namespace cairn::fuzz
