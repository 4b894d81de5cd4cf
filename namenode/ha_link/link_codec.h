// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <variant>

#include "common/util/result.h"
#include "namenode/ha/messages.h"

// The bytes of what goes over the link: thrift/journal.thrift in Thrift's binary encoding. All
// functions are thread-safe.
namespace cairn::namenode::ha {

// The longest record, and room for what stands around it.
inline constexpr size_t kLinkMessageBytesMax = (50 << 20) + (64 << 10);
// Records that are sent together, unless a single one is longer.
inline constexpr size_t kAppendBytesMax = 1 << 20;

// The watcher of a namenode reaped this process.
struct Died {
  Incarnation incarnation;

  bool operator==(const Died&) const = default;
};

using LinkMessage = std::variant<Heartbeat, Append, Sync, Handoff, Ack, Refused, Died>;

std::string EncodeMessage(const LinkMessage& message);

// kBadRequest for bytes that are no message. The records of an Append have been checked: whole,
// with right checksums, their ids following `previous`, and their chain equal to the sender's
// (kChecksum, kCorrupt). Where the sender does not know the chain, it is filled in.
Result<LinkMessage> DecodeMessage(std::string_view bytes);

enum class LinkPurpose { kPeer, kWatcher };

// How a side introduces itself.
struct LinkHello {
  LinkPurpose purpose = LinkPurpose::kPeer;
  NodeId node;
  Incarnation incarnation;
  std::string nonce;
};

std::string EncodeHello(const LinkHello& hello);
// kVersionMismatch for another version of the link.
Result<LinkHello> DecodeHello(std::string_view bytes);

}  // namespace cairn::namenode::ha
