// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <utility>

#include "namenode/ha/actions.h"
#include "namenode/ha/config.h"
#include "namenode/ha/events.h"

namespace cairn::namenode::ha {

// What is known of the znode. One request at a time. After a write that was refused, or whose
// outcome is not known, nothing may be concluded before the znode has been read again; and a write
// of unknown outcome may still be done after that, as long as the version has not changed.
//
// Not thread-safe.
class ConfigCell {
 public:
  bool busy() const { return outstanding_ != 0; }
  bool must_read() const { return must_read_; }
  const std::optional<VersionedConfig>& known() const { return known_; }
  // When the last successful read was asked for; -1: never.
  Micros read_at() const { return read_at_; }
  bool peer_lives() const { return peer_lives_; }

  action::ReadConfig Read(Micros now) {
    outstanding_ = ++requests_;
    asked_at_ = now;
    return {outstanding_};
  }

  action::WriteConfig Write(Config config) {
    outstanding_ = ++requests_;
    proposed_ = std::move(config);
    return {outstanding_, proposed_, known_->version};
  }

  void On(const event::ConfigRead& answer) {
    if (answer.request != outstanding_) return;
    outstanding_ = 0;
    if (answer.outcome != event::ConfigRead::Outcome::kRead) return;
    // A server that lags behind tells what was.
    if (known_ && answer.found.config.epoch < known_->config.epoch) return;
    known_ = answer.found;
    read_at_ = asked_at_;
    peer_lives_ = answer.peer_lives;
    must_read_ = false;
  }

  void On(const event::ConfigWritten& answer) {
    using Outcome = event::ConfigWritten::Outcome;
    if (answer.request != outstanding_) return;
    outstanding_ = 0;
    if (answer.outcome == Outcome::kWritten) known_ = {proposed_, answer.version};
    if (answer.outcome == Outcome::kRefused || answer.outcome == Outcome::kUnknown) {
      must_read_ = true;
    }
  }

  void Touch() { must_read_ = true; }

 private:
  std::optional<VersionedConfig> known_;
  Config proposed_;
  uint64_t requests_ = 0;
  uint64_t outstanding_ = 0;
  bool must_read_ = true;
  bool peer_lives_ = false;
  Micros asked_at_ = 0;
  Micros read_at_ = -1;
};

}  // namespace cairn::namenode::ha
