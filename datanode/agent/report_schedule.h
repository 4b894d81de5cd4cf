// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "common/util/clock.h"
#include "common/util/random.h"

namespace cairn::datanode {

// When a link sends its next heartbeat and its next full report.
//
// Not thread-safe: guarded by its link.
class ReportSchedule {
 public:
  // `clock` and `random` must outlive this object.
  ReportSchedule(const Clock& clock, Random& random, Clock::Duration heartbeat_interval,
                 Clock::Duration full_report_interval);

  bool HeartbeatDue() const { return clock_.Now() >= next_heartbeat_; }
  Clock::Duration UntilHeartbeat() const;
  // To be called before it is sent.
  void HeartbeatSent() { next_heartbeat_ = clock_.Now() + heartbeat_interval_; }
  void HeartbeatNow() { next_heartbeat_ = clock_.Now(); }

  bool FullReportDue() const { return clock_.Now() >= next_full_report_; }
  // The next report comes after a random part of `delay_max`. After a registration the one after it
  // comes at a random time, so that datanodes that started together spread out.
  void ScheduleFullReport(Clock::Duration delay_max, bool after_registration);
  // How often a report was scheduled.
  uint64_t scheduled() const { return scheduled_; }
  // `scheduled` is what scheduled() was before the report was made: one that was wished for since
  // then is still to be sent.
  void FullReportSent(uint64_t scheduled);
  // A report that was forced: the ones after it start anew.
  void Respread() { spread_ = true; }

 private:
  Clock::Duration RandomPart(Clock::Duration of);

  const Clock& clock_;
  Random& random_;
  const Clock::Duration heartbeat_interval_;
  const Clock::Duration full_report_interval_;
  Clock::TimePoint next_heartbeat_;
  Clock::TimePoint next_full_report_;
  bool spread_ = true;
  uint64_t scheduled_ = 0;
};

}  // namespace cairn::datanode
