// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <variant>

#include "namenode/ha/config.h"
#include "namenode/ha/messages.h"
#include "namenode/ha/types.h"

// What happens to a machine. Plain values.
namespace cairn::namenode::ha::event {

// The deadline that the machine asked for has come (Machine::Deadline()), or any other time.
struct Tick {};

// The link to the peer. A link that is up may still lose what is sent.
struct LinkUp {};
struct LinkDown {
  // The peer's host lives and refuses: its namenode does not run.
  bool refused = false;
};
struct Received {
  Message message;
};

// The peer's watcher reaped this process: it is dead for certain.
struct PeerDied {
  Incarnation incarnation;
};

// The primary's own log took records (they are not durable yet). Comes before their Durable.
struct Appended {
  Position tail;
};
// Every record up to `last` is on the local disk. Comes in both roles.
struct Durable {
  TxId last;
};
// The local log failed: nothing more will become durable.
struct LogFailed {
  std::string reason;
};
// Checkpoints removed old records: `oldest` is the first that is left.
struct LogTrimmed {
  TxId oldest;
};
// The answer to action::SendAppend: records after `previous` up to `last` went out; last ==
// previous when they are not in the log any more.
struct AppendSent {
  TxId previous;
  TxId last;
};
// The answer to action::CutLog, with the new end, durably.
struct LogCut {
  Position tail;
};
// The answer to action::FetchImage: the log is empty and begins behind the image; nothing when it
// failed. `log` is the new identity when one was asked for, else the old one.
struct ImageInstalled {
  std::optional<Position> image;
  LogId log;
};
// The answer to action::PersistState.
struct StatePersisted {
  uint64_t sequence = 0;
};

// The answer to action::ReadConfig.
struct ConfigRead {
  uint64_t request = 0;
  enum class Outcome { kRead, kAbsent, kUnreachable } outcome = Outcome::kUnreachable;
  VersionedConfig found;
  bool peer_lives = false;  // The peer's ephemeral znode exists.
};
// The answer to action::WriteConfig. kUnknown: the connection broke before the answer; the write
// may have been done, may not, or may still be done later. kNotSent: it never will be.
struct ConfigWritten {
  uint64_t request = 0;
  enum class Outcome { kWritten, kRefused, kUnknown, kNotSent } outcome = Outcome::kUnknown;
  int32_t version = -1;  // The new one, when written.
};
// A watch fired: the configuration may have changed.
struct ConfigTouched {};

// An operator, or this namenode itself when it feels sick, wants the other to lead.
struct HandoffWanted {};
// The answer to action::StopAdmitting: nothing is appended after `last`.
struct AdmissionStopped {
  Position last;
};
// An operator accepts that acknowledged records may be lost: lead with what this log has, even
// when it is not in sync.
struct ForceLead {};

}  // namespace cairn::namenode::ha::event

namespace cairn::namenode::ha {

using Event =
    std::variant<event::Tick, event::LinkUp, event::LinkDown, event::Received, event::PeerDied,
                 event::Appended, event::Durable, event::LogFailed, event::LogTrimmed,
                 event::AppendSent, event::LogCut, event::ImageInstalled, event::StatePersisted,
                 event::ConfigRead, event::ConfigWritten, event::ConfigTouched,
                 event::HandoffWanted, event::AdmissionStopped, event::ForceLead>;

}  // namespace cairn::namenode::ha
