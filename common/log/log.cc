// SPDX-License-Identifier: Apache-2.0
#include "common/log/log.h"

#include <spdlog/sinks/basic_file_sink.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <memory>

namespace cairn::log {
namespace {

constexpr char kPattern[] = "%Y-%m-%dT%H:%M:%S.%e %^%L%$ [%t] %v";

spdlog::level::level_enum Map(Level level) {
  switch (level) {
    case Level::kDebug:
      return spdlog::level::debug;
    case Level::kInfo:
      return spdlog::level::info;
    case Level::kWarn:
      return spdlog::level::warn;
    case Level::kError:
      return spdlog::level::err;
  }
  return spdlog::level::info;
}

std::shared_ptr<spdlog::logger> MakeLogger(spdlog::sink_ptr sink) {
  auto logger = std::make_shared<spdlog::logger>("cairn", std::move(sink));
  logger->set_pattern(kPattern);
  logger->flush_on(spdlog::level::info);
  return logger;
}

std::shared_ptr<spdlog::logger>& Sink() {
  // Shared: a thread may still write to the old sink while OpenFile puts a new one in its place.
  static std::shared_ptr<spdlog::logger> sink =
      MakeLogger(std::make_shared<spdlog::sinks::stderr_sink_mt>());
  return sink;
}

bool NeedsQuotes(std::string_view value) {
  return value.empty() || value.find_first_of(" \"=\n\r\t\\") != std::string_view::npos;
}

// Escapes what could forge a second line or field.
void AppendValue(std::string& out, std::string_view value) {
  if (!NeedsQuotes(value)) {
    out.append(value);
    return;
  }
  out.push_back('"');
  for (const char c : value) {
    if (c == '"' || c == '\\') {
      out.push_back('\\');
      out.push_back(c);
    } else if (static_cast<unsigned char>(c) < 0x20) {
      constexpr char kDigits[] = "0123456789abcdef";
      out.append("\\x");
      out.push_back(kDigits[static_cast<unsigned char>(c) >> 4]);
      out.push_back(kDigits[static_cast<unsigned char>(c) & 15]);
    } else {
      out.push_back(c);
    }
  }
  out.push_back('"');
}

}  // namespace

bool OpenFile(const std::string& path) {
  try {
    auto logger = MakeLogger(std::make_shared<spdlog::sinks::basic_file_sink_mt>(path));
    logger->set_level(Sink()->level());
    std::atomic_store(&Sink(), std::move(logger));
    return true;
  } catch (const spdlog::spdlog_ex& e) {
    Write(Level::kError, "log file not opened", {{"path", path}, {"reason", e.what()}});
    return false;
  }
}

void SetLevel(Level level) { std::atomic_load(&Sink())->set_level(Map(level)); }

bool Enabled(Level level) { return std::atomic_load(&Sink())->should_log(Map(level)); }

void Write(Level level, std::string_view event, std::initializer_list<Field> fields) {
  std::string line(event);
  for (const Field& field : fields) {
    line.push_back(' ');
    line.append(field.key);
    line.push_back('=');
    AppendValue(line, field.value);
  }
  std::atomic_load(&Sink())->log(Map(level), "{}", line);
}

}  // namespace cairn::log
