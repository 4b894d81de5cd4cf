// SPDX-License-Identifier: Apache-2.0
#include "common/metrics/metrics.h"

#include <array>
#include <charconv>
#include <cmath>

namespace cairn::metrics {
namespace {

std::string NameOf(const MetricInfo& metric) {
  std::string name = "cairn_" + std::string(metric.name);
  if (*metric.unit != '\0') name += "_" + std::string(metric.unit);
  if (metric.kind == Kind::kCounter) name += "_total";
  return name;
}

// `quoted`: a label's value, else a help text.
std::string Escape(std::string_view text, bool quoted) {
  std::string out;
  for (const char c : text) {
    if (c == '\\') {
      out += "\\\\";
    } else if (c == '\n') {
      out += "\\n";
    } else if (c == '"' && quoted) {
      out += "\\\"";
    } else {
      out += c;
    }
  }
  return out;
}

std::string LabelText(const Labels& labels) {
  if (labels.empty()) return "";
  std::string out = "{";
  for (const auto& [name, value] : labels) {
    if (out.size() > 1) out += ",";
    out += name + "=\"" + Escape(value, true) + "\"";
  }
  return out + "}";
}

std::string NumberText(double value) {
  if (std::isnan(value)) return "NaN";
  if (std::isinf(value)) return value > 0 ? "+Inf" : "-Inf";
  std::array<char, 64> buffer{};
  const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value).ptr;
  return std::string(buffer.data(), end);
}

}  // namespace

void MetricsPage::Add(const MetricInfo& metric, uint64_t value, const Labels& labels) {
  AddText(metric, std::to_string(value), labels);
}

void MetricsPage::Add(const MetricInfo& metric, double value, const Labels& labels) {
  AddText(metric, NumberText(value), labels);
}

void MetricsPage::AddText(const MetricInfo& metric, const std::string& value,
                          const Labels& labels) {
  std::string name = NameOf(metric);
  const auto [at, added] = by_name_.try_emplace(name, families_.size());
  if (added) {
    const char* type = metric.kind == Kind::kCounter ? "counter" : "gauge";
    families_.push_back({name, "# HELP " + name + " " + Escape(metric.help, false) +
                                   "\n# TYPE " + name + " " + type + "\n"});
  }
  families_[at->second].text += name + LabelText(labels) + " " + value + "\n";
}

std::string MetricsPage::Text() const {
  std::string out;
  for (const Family& family : families_) out += family.text;
  return out;
}

std::string MetricsRegistry::Scrape() const {
  MetricsPage page;
  for (const Collect& collect : collectors_) collect(page);
  return page.Text();
}

}  // namespace cairn::metrics
