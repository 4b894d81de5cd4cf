// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <type_traits>

#include "common/util/status.h"
#include "common/util/strong_id.h"

namespace cairn::log {

enum class Level : uint8_t { kDebug, kInfo, kWarn, kError };

// One typed fact of a log line.
struct Field {
  template <typename T>
  Field(std::string_view k, const T& v) : key(k), value(Text(v)) {}

  std::string_view key;
  std::string value;

 private:
  template <typename T>
  static std::string Text(const T& v) {
    if constexpr (std::is_same_v<T, bool>) {
      return v ? "true" : "false";
    } else if constexpr (std::is_arithmetic_v<T>) {
      return std::to_string(v);
    } else if constexpr (std::is_convertible_v<T, std::string_view>) {
      return std::string(std::string_view(v));
    } else if constexpr (std::is_same_v<T, Status>) {
      return v.ToString();
    } else {
      return ToString(v);
    }
  }
};

// Where lines go: standard error until a daemon opens its file. The only global of the project.
// Thread-safe. Returns false when the file cannot be opened; then the sink stays as it was.
bool OpenFile(const std::string& path);
void SetLevel(Level level);
bool Enabled(Level level);

// Use LOG below. `event` is a constant text; everything that varies is a field.
void Write(Level level, std::string_view event, std::initializer_list<Field> fields);

}  // namespace cairn::log

// LOG(kInfo, "block repaired", {"block", id}, {"source", node});
// ERROR: someone must act. WARN: someone may want to know why. INFO: a state changed.
#define LOG(level, event, ...)                                                     \
  do {                                                                             \
    if (::cairn::log::Enabled(::cairn::log::Level::level))                         \
      ::cairn::log::Write(::cairn::log::Level::level, event, {__VA_ARGS__});       \
  } while (false)
