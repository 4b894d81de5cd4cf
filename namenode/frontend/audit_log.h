// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>

#include "common/util/result.h"
#include "namenode/namesystem/context.h"

namespace cairn::namenode {

// Writes Apache's audit log:
//   2026-01-02 03:04:05,678 INFO FSNamesystem.audit: allowed=true\tugi=root (auth:SIMPLE)\t
//   ip=/127.0.0.1\tcmd=create\tsrc=/f\tdst=null\tperm=root:supergroup:rw-r--r--\tproto=rpc
// Tabs, line ends and other control characters in names are escaped, so that a name cannot forge
// a field or a line. Lines are buffered and flushed about once a second and at the end: they tell,
// they do not decide.
//
// Thread-safe.
class AuditLog final : public AuditSink {
 public:
  // Appends to the file at `path`.
  static Result<std::unique_ptr<AuditLog>> Open(const std::string& path);
  ~AuditLog() override;

  void Record(const AuditEvent& event) override;

 private:
  class Impl;
  explicit AuditLog(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

// The part of a line that starts at "allowed=", for tests.
std::string FormatAuditEvent(const AuditEvent& event);

}  // namespace cairn::namenode
