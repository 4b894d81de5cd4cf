// SPDX-License-Identifier: Apache-2.0
#include "namenode/namesystem/lease_recovery.h"
#include "namenode/namesystem/namesystem.h"
#include "namenode/namesystem/operation.h"
#include "namenode/namesystem/resolve.h"

namespace cairn::namenode {
namespace {

Result<Done> DoRenewLease(Mutation& m, const std::string& client_name) {
  CAIRN_TRY(m.CheckNotInSafeMode("Cannot renew lease for " + client_name));
  m.state.leases.Renew(client_name);
  return Done{};
}

Result<bool> DoRecoverLease(Mutation& m, const std::string& path,
                            const std::string& client_name) {
  NamesystemState& s = m.state;
  CAIRN_TRY(m.CheckNotInSafeMode("Cannot recover the lease of " + path));
  CAIRN_ASSIGN(ResolvedPath where, ResolvePath(m, path, PathUse::kWrite));
  CAIRN_ASSIGN(InodeHandle file, RequireFile(s, where, where.path().text()));
  if (s.tree.features().Writer(file) == nullptr) return true;
  CAIRN_TRY(m.checker.CheckTarget(where, Access::kWrite));
  return ClaimLease(m, where, {.demand = LeaseDemand::kRecover,
                               .holder = client_name,
                               .client_machine = m.context.client_machine,
                               .force = true});
}

}  // namespace

Outcome<Done> Namesystem::RenewLease(const OpContext& context, const std::string& client_name) {
  return RunExclusive<Done>(state_, context, Category::kWrite, {},
                            [&](Mutation& m) { return DoRenewLease(m, client_name); });
}

Outcome<bool> Namesystem::RecoverLease(const OpContext& context, const std::string& path,
                                       const std::string& client_name) {
  return RunExclusive<bool>(state_, context, Category::kWrite,
                            {.command = "recoverLease", .skip = true},
                            [&](Mutation& m) { return DoRecoverLease(m, path, client_name); });
}

}  // namespace cairn::namenode
