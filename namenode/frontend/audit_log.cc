// SPDX-License-Identifier: Apache-2.0
#include "namenode/frontend/audit_log.h"

#include <spdlog/sinks/basic_file_sink.h>
#include <spdlog/spdlog.h>

#include <atomic>
#include <chrono>
#include <string_view>

namespace cairn::namenode {
namespace {

constexpr std::chrono::milliseconds kFlushEvery{1000};

void AppendEscaped(std::string& out, std::string_view text) {
  constexpr char kDigits[] = "0123456789abcdef";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte >= 0x20 && byte != 0x7f) {
      out.push_back(c);
    } else {
      out.append("\\u00");
      out.push_back(kDigits[byte >> 4]);
      out.push_back(kDigits[byte & 15]);
    }
  }
}

void AppendField(std::string& out, std::string_view name, std::string_view value) {
  out.push_back('\t');
  out.append(name);
  out.push_back('=');
  if (value.empty()) {
    out.append("null");
  } else {
    AppendEscaped(out, value);
  }
}

}  // namespace

std::string FormatAuditEvent(const AuditEvent& event) {
  const OpContext& context = *event.context;
  std::string line = event.allowed ? "allowed=true" : "allowed=false";
  AppendField(line, "ugi", context.caller.user + " (auth:" + context.authentication + ")");
  AppendField(line, "ip", context.client_machine.empty() ? "" : "/" + context.client_machine);
  AppendField(line, "cmd", event.command);
  AppendField(line, "src", event.source);
  AppendField(line, "dst", event.destination);
  AppendField(line, "perm", event.permission);
  AppendField(line, "proto", context.protocol);
  if (!context.caller_context.empty()) {
    AppendField(line, "callerContext", context.caller_context);
  }
  return line;
}

class AuditLog::Impl {
 public:
  explicit Impl(const std::string& path)
      : logger_("audit", std::make_shared<spdlog::sinks::basic_file_sink_mt>(path)) {
    logger_.set_pattern("%Y-%m-%d %H:%M:%S,%e INFO FSNamesystem.audit: %v");
  }
  ~Impl() { logger_.flush(); }

  void Write(const std::string& line) {
    logger_.info("{}", line);
    const int64_t now = std::chrono::steady_clock::now().time_since_epoch().count();
    int64_t last = flushed_.load(std::memory_order_relaxed);
    if (now - last > std::chrono::nanoseconds(kFlushEvery).count() &&
        flushed_.compare_exchange_strong(last, now)) {
      logger_.flush();
    }
  }

 private:
  spdlog::logger logger_;
  std::atomic<int64_t> flushed_{0};
};

Result<std::unique_ptr<AuditLog>> AuditLog::Open(const std::string& path) {
  try {
    return std::unique_ptr<AuditLog>(new AuditLog(std::make_unique<Impl>(path)));
  } catch (const spdlog::spdlog_ex& e) {
    return Status(Code::kIoError, "open audit log " + path + ": " + e.what());
  }
}

AuditLog::AuditLog(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
AuditLog::~AuditLog() = default;

void AuditLog::Record(const AuditEvent& event) { impl_->Write(FormatAuditEvent(event)); }

}  // namespace cairn::namenode
