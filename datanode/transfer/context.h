// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>

#include "common/util/clock.h"
#include "datanode/store/replica_store.h"
#include "datanode/transfer/metrics.h"
#include "datanode/transfer/throttler.h"
#include "datanode/transfer/transfer_events.h"
#include "datanode/transfer/transfer_options.h"

namespace cairn::datanode {

// What all streams of one server share. The references outlive it.
//
// Thread-safe.
struct TransferContext {
  TransferContext(ReplicaStore& the_store, TransferEvents& the_events, const Clock& the_clock,
                  TransferMetrics& the_metrics, const TransferOptions& the_options)
      : store(the_store),
        events(the_events),
        clock(the_clock),
        metrics(the_metrics),
        options(the_options),
        balance_throttler(the_clock, the_options.balance_bandwidth),
        transfer_throttler(the_clock, the_options.transfer_bandwidth),
        write_throttler(the_clock, the_options.write_bandwidth),
        read_throttler(the_clock, the_options.read_bandwidth) {}

  ReplicaStore& store;
  TransferEvents& events;
  const Clock& clock;
  TransferMetrics& metrics;
  const TransferOptions options;

  Throttler balance_throttler;
  Throttler transfer_throttler;
  Throttler write_throttler;
  Throttler read_throttler;
  std::atomic<uint32_t> balance_moves{0};
  std::atomic<bool> restarting{false};
};

// The right to do one of the balancer's moves; `granted` is false when too many are at work.
class BalanceMove {
 public:
  explicit BalanceMove(TransferContext& context) : context_(context) {
    granted_ = context.balance_moves.fetch_add(1) < context.options.balance_moves_max;
  }
  ~BalanceMove() { context_.balance_moves.fetch_sub(1); }
  BalanceMove(const BalanceMove&) = delete;
  BalanceMove& operator=(const BalanceMove&) = delete;

  bool granted() const { return granted_; }

 private:
  TransferContext& context_;
  bool granted_ = false;
};

// Adds the nanoseconds that it lived to a counter.
class TimeCounter {
 public:
  TimeCounter(const Clock& clock, TransferMetrics::Counter& nanos)
      : clock_(clock), nanos_(nanos), begin_(clock.Now()) {}
  ~TimeCounter() { nanos_ += static_cast<uint64_t>((clock_.Now() - begin_).count()); }
  TimeCounter(const TimeCounter&) = delete;
  TimeCounter& operator=(const TimeCounter&) = delete;

 private:
  const Clock& clock_;
  TransferMetrics::Counter& nanos_;
  const Clock::TimePoint begin_;
};

// Counts up while it lives.
class GaugeGuard {
 public:
  explicit GaugeGuard(TransferMetrics::Counter& gauge) : gauge_(gauge) { ++gauge_; }
  ~GaugeGuard() { --gauge_; }
  GaugeGuard(const GaugeGuard&) = delete;
  GaugeGuard& operator=(const GaugeGuard&) = delete;

 private:
  TransferMetrics::Counter& gauge_;
};

}  // namespace cairn::datanode
