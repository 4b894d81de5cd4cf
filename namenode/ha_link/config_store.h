// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "common/util/result.h"
#include "namenode/ha/events.h"
#include "namenode/ha/types.h"

namespace cairn::namenode::ha {

// The pair's configuration in ZooKeeper, and a sign of life for the peer:
//
//   <parent>/<nameservice>/ha            the configuration (config_text.h), changed only by
//                                        compare-and-set on its version
//   <parent>/<nameservice>/live-<node>   ephemeral: its namenode's session lives; the incarnation
//
// Read and Write are answered by exactly one ConfigRead or ConfigWritten each, at the latest after
// `request_timeout`; what is not known by then is kUnreachable or kUnknown, and so is what a broken
// connection left open. kNotSent: there was no session to send it in. A session that expires is
// replaced, and the sign of life made anew. When the configuration changed or may have (a new
// session), ConfigTouched comes.
//
// With `auth` the znodes belong to that identity alone; without, anybody who reaches ZooKeeper may
// change them, and a warning says so.
//
// Events go to `sink` on threads of the store; it must not wait for the store. Thread-safe.
class ConfigStore {
 public:
  struct Options {
    std::string quorum;  // "host:port,host:port".
    std::string parent = "/cairn-ha";
    std::string nameservice;
    NodeId node;
    NodeId peer;
    Incarnation incarnation;
    std::string auth;  // "digest:user:password", or empty.
    std::chrono::milliseconds session_timeout{5000};
    std::chrono::milliseconds request_timeout{1000};
  };
  using Sink = std::function<void(Event)>;

  // Begins to connect; does not wait for it. kInvalidArgument for options that cannot work.
  static Result<std::unique_ptr<ConfigStore>> Start(Options options, Sink sink);
  // Ends the session: the sign of life goes at once. Open requests are answered before.
  ~ConfigStore();
  ConfigStore(const ConfigStore&) = delete;
  ConfigStore& operator=(const ConfigStore&) = delete;

  void Read(uint64_t request);
  // Replaces `version`; -1: there must be no configuration yet.
  void Write(uint64_t request, const Config& config, int32_t version);

 private:
  class Core;
  explicit ConfigStore(std::unique_ptr<Core> core);

  std::unique_ptr<Core> core_;
};

}  // namespace cairn::namenode::ha
