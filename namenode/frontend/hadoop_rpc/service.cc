// SPDX-License-Identifier: Apache-2.0
#include "namenode/frontend/hadoop_rpc/service.h"

#include <chrono>

namespace cairn::namenode {
namespace {

template <Category kCategory>
rpc::RpcReply Unsupported(const RpcService& service, const rpc::RpcCall& call) {
  return NotBuilt(service, call, kCategory);
}

}  // namespace

Status CheckSuperuser(const OpContext& context) {
  if (context.caller.superuser) return Status();
  return Status(Code::kAccessDenied, "Access denied for user " + context.caller.user +
                                         ". Superuser privilege is required");
}

rpc::RpcReply NotBuilt(const RpcService& service, const rpc::RpcCall& call, Category category) {
  if (const Outcome<Done> served = service.namesystem.CheckServes(category); !served.ok()) {
    return served.status();
  }
  return Status(Code::kUnsupported, std::string(call.method) + " is not supported by Cairn yet");
}

OpContext RpcService::ContextOf(const rpc::RpcCall& call) const {
  OpContext context;
  context.caller = *groups.Resolve(call.caller.user);
  context.client_id.assign(call.client_id);
  context.call_id = call.call_id;
  context.client_machine = call.caller.peer.host;
  if (caller_context_enabled) context.caller_context.assign(call.caller_context);
  return context;
}

void MethodTable::Add(const char* name, Method method, bool slow) {
  rows_[name] = {
      .method = method, .slow = slow, .counter = std::make_unique<rpc::MethodCounter>()};
}

void MethodTable::AddUnsupported(const char* name, Category category) {
  switch (category) {
    case Category::kUnchecked: return Add(name, Unsupported<Category::kUnchecked>);
    case Category::kRead: return Add(name, Unsupported<Category::kRead>);
    case Category::kWrite: return Add(name, Unsupported<Category::kWrite>);
    case Category::kJournal: return Add(name, Unsupported<Category::kJournal>);
  }
}

rpc::RpcReply MethodTable::Call(const rpc::RpcCall& call) {
  const auto it = rows_.find(call.method);
  if (it == rows_.end()) return Status(Code::kNoSuchMethod, std::string(call.method));
  const Row& row = it->second;
  const auto begin = std::chrono::steady_clock::now();
  rpc::RpcReply reply = row.method(service_, call);
  const std::chrono::nanoseconds taken = std::chrono::steady_clock::now() - begin;
  row.counter->Note(reply.status.ok(), static_cast<uint64_t>(taken.count()));
  return reply;
}

bool MethodTable::IsSlow(std::string_view method) const {
  const auto it = rows_.find(method);
  return it != rows_.end() && it->second.slow;
}

std::vector<rpc::MethodCount> MethodTable::Counts() const {
  std::vector<rpc::MethodCount> counts;
  for (const auto& [name, row] : rows_) counts.push_back(row.counter->Sum(std::string(name)));
  return counts;
}

}  // namespace cairn::namenode
