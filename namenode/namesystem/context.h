// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

#include "common/model/permission.h"

namespace cairn::namenode {

// Who calls, from where, and which call it is: what the front-end knows of a request beyond its
// arguments. The front-end has authenticated the user and resolved the groups.
//
// A value type.
struct OpContext {
  Caller caller;
  // Identity of the call for the retry cache: 16 bytes, or empty when the protocol has none.
  std::string client_id;
  int32_t call_id = -1;
  // Address of the client's machine without a port: placement prefers replicas near to it.
  std::string client_machine;
  // For the audit log.
  std::string authentication = "SIMPLE";
  std::string protocol = "rpc";  // Or "webhdfs".
  std::string caller_context;
};

// One line of the audit log.
struct AuditEvent {
  bool allowed = true;
  const char* command = "";           // Apache's name: "getfileinfo".
  const OpContext* context = nullptr;  // Valid during the call only.
  std::string source;                 // Empty when the operation has no path.
  std::string destination;            // Empty when the operation has none.
  std::string permission;             // "owner:group:rwxr-xr-x" of the result, or empty.
};

// Takes the line of every operation, allowed or not. Called outside the namesystem's section.
//
// Implementations are thread-safe.
class AuditSink {
 public:
  virtual ~AuditSink() = default;
  virtual void Record(const AuditEvent& event) = 0;
};

}  // namespace cairn::namenode
