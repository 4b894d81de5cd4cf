// SPDX-License-Identifier: Apache-2.0
#include "common/metrics/process.h"

#include <dirent.h>
#include <sys/resource.h>
#include <unistd.h>

#include <array>
#include <fstream>
#include <span>

namespace cairn::metrics {
namespace {

constexpr double kMebibyte = 1 << 20;

uint64_t CountEntries(const char* directory) {
  DIR* handle = opendir(directory);
  if (handle == nullptr) return 0;
  uint64_t count = 0;
  while (const dirent* entry = readdir(handle)) count += entry->d_name[0] != '.';
  closedir(handle);
  return count;
}

double Seconds(const timeval& time) {
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
}

constexpr MetricRow<ProcessStats> kRows[] = {
    {{"process_resident_memory", "bytes", "Memory of the process that is in RAM.", Kind::kGauge},
     [](const ProcessStats& s) { return s.resident; }},
    {{"process_private_memory", "bytes", "Private memory that the process has asked for.",
      Kind::kGauge},
     [](const ProcessStats& s) { return s.data; }},
    {{"process_threads", "", "Threads of the process.", Kind::kGauge},
     [](const ProcessStats& s) { return s.threads; }},
    {{"process_open_files", "", "Open file descriptors of the process.", Kind::kGauge},
     [](const ProcessStats& s) { return s.open_files; }},
};
constexpr MetricInfo kCpu{"process_cpu", "seconds", "Processor time that the process has used.",
                          Kind::kCounter};

}  // namespace

ProcessStats ProcessStats::Read() {
  ProcessStats stats;
  const auto page = static_cast<uint64_t>(sysconf(_SC_PAGESIZE));
  uint64_t size = 0;
  uint64_t resident = 0;
  uint64_t shared = 0;
  uint64_t text = 0;
  uint64_t library = 0;
  uint64_t data = 0;
  std::ifstream statm("/proc/self/statm");
  if (statm >> size >> resident >> shared >> text >> library >> data) {
    stats.resident = resident * page;
    stats.data = data * page;
  }
  if (const long pages = sysconf(_SC_PHYS_PAGES); pages > 0) {
    stats.machine_memory = static_cast<uint64_t>(pages) * page;
  }
  stats.threads = CountEntries("/proc/self/task");
  stats.open_files = CountEntries("/proc/self/fd");
  rusage usage{};
  if (getrusage(RUSAGE_SELF, &usage) == 0) {
    stats.cpu_seconds = Seconds(usage.ru_utime) + Seconds(usage.ru_stime);
  }
  return stats;
}

std::string MachineName() {
  std::array<char, 256> name{};
  return gethostname(name.data(), name.size() - 1) == 0 ? name.data() : "localhost";
}

void AddProcessMetrics(MetricsRegistry& registry) {
  registry.Add([](MetricsPage& page) {
    const ProcessStats stats = ProcessStats::Read();
    AddRows(page, std::span<const MetricRow<ProcessStats>>(kRows), stats);
    page.Add(kCpu, stats.cpu_seconds);
  });
}

void AddProcessBeans(BeanRegistry& registry, const std::string& service,
                     const std::string& host_name) {
  const auto fill = [service, host_name](Bean& bean) {
    const ProcessStats stats = ProcessStats::Read();
    const auto megabytes = [](uint64_t bytes) {
      return static_cast<float>(static_cast<double>(bytes) / kMebibyte);
    };
    bean.Set("tag.Context", "jvm")
        .Set("tag.ProcessName", service)
        .Set("tag.SessionId", nullptr)
        .Set("tag.Hostname", host_name)
        .Set("MemHeapUsedM", megabytes(stats.resident))
        .Set("MemHeapCommittedM", megabytes(stats.data))
        .Set("MemHeapMaxM", megabytes(stats.machine_memory))
        .Set("MemMaxM", megabytes(stats.machine_memory));
  };
  registry.Add("Hadoop:service=" + service + ",name=JvmMetrics", "JvmMetrics", fill);
  registry.Add("java.lang:type=Memory", "cairn", [](Bean& bean) {
    const ProcessStats stats = ProcessStats::Read();
    bean.Set("HeapMemoryUsage", JsonObject()
                                    .Add("committed", stats.data)
                                    .Add("init", 0)
                                    .Add("max", stats.machine_memory)
                                    .Add("used", stats.resident)
                                    .Build());
  });
}

}  // namespace cairn::metrics
