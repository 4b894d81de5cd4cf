// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace cairn::metrics {

enum class Kind : uint8_t { kCounter, kGauge };

// A metric: what it is called (after "cairn_"), in which unit, and one sentence. The exported name
// is cairn_<name>[_<unit>][_total], total for a counter, as Prometheus asks for.
struct MetricInfo {
  const char* name;
  const char* unit;  // "bytes", "seconds", or "".
  const char* help;
  Kind kind;
};

using Labels = std::vector<std::pair<std::string, std::string>>;

// One scrape, in Prometheus' text format (version 0.0.4): samples are gathered by metric, in the
// order in which metrics first came.
//
// Not thread-safe.
class MetricsPage {
 public:
  void Add(const MetricInfo& metric, uint64_t value, const Labels& labels = {});
  void Add(const MetricInfo& metric, double value, const Labels& labels = {});
  std::string Text() const;

 private:
  void AddText(const MetricInfo& metric, const std::string& value, const Labels& labels);

  struct Family {
    std::string name;
    std::string text;
  };
  std::vector<Family> families_;
  std::map<std::string, size_t> by_name_;
};

// One row of a component's table: which number of its snapshot `S` a metric is.
template <typename S>
struct MetricRow {
  MetricInfo info;
  uint64_t (*value)(const S&);
};

template <typename S>
void AddRows(MetricsPage& page, std::span<const MetricRow<S>> rows, const S& snapshot,
             const Labels& labels = {}) {
  for (const MetricRow<S>& row : rows) page.Add(row.info, row.value(snapshot), labels);
}

// The metrics of one daemon: each component adds the function that writes its snapshot.
//
// Add before serving; then thread-safe, as far as the functions are.
class MetricsRegistry {
 public:
  using Collect = std::function<void(MetricsPage&)>;
  void Add(Collect collect) { collectors_.push_back(std::move(collect)); }
  std::string Scrape() const;

 private:
  std::vector<Collect> collectors_;
};

}  // namespace cairn::metrics
