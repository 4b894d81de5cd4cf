// SPDX-License-Identifier: Apache-2.0
#include "datanode/agent/report_schedule.h"

#include <algorithm>

namespace cairn::datanode {

ReportSchedule::ReportSchedule(const Clock& clock, Random& random,
                               Clock::Duration heartbeat_interval,
                               Clock::Duration full_report_interval)
    : clock_(clock),
      random_(random),
      heartbeat_interval_(heartbeat_interval),
      full_report_interval_(std::max(full_report_interval, Clock::Duration(1))),
      next_heartbeat_(clock.Now()),
      next_full_report_(clock.Now()) {}

Clock::Duration ReportSchedule::UntilHeartbeat() const {
  return std::max(next_heartbeat_ - clock_.Now(), Clock::Duration(0));
}

void ReportSchedule::ScheduleFullReport(Clock::Duration delay_max, bool after_registration) {
  next_full_report_ = clock_.Now() + RandomPart(delay_max);
  spread_ = after_registration;
  ++scheduled_;
}

void ReportSchedule::FullReportSent(uint64_t scheduled) {
  if (scheduled != scheduled_) return;
  const Clock::TimePoint now = clock_.Now();
  if (spread_) {
    next_full_report_ = now + RandomPart(full_report_interval_);
    spread_ = false;
    return;
  }
  // From the planned time, so that reports keep their place within the interval; those that were
  // missed are not made up for.
  const auto missed = std::max<int64_t>(0, (now - next_full_report_) / full_report_interval_);
  next_full_report_ += (missed + 1) * full_report_interval_;
}

Clock::Duration ReportSchedule::RandomPart(Clock::Duration of) {
  if (of.count() <= 0) return Clock::Duration(0);
  return Clock::Duration(static_cast<int64_t>(random_.Below(static_cast<uint64_t>(of.count()))));
}

}  // namespace cairn::datanode
