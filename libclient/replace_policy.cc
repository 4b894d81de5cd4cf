// SPDX-License-Identifier: Apache-2.0
#include "libclient/replace_policy.h"

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/net/address.h"

namespace cairn::client {

bool NeedsReplacement(ReplacePolicy policy, const ShrunkPipeline& pipeline) {
  if (pipeline.datanodes == 0 || pipeline.datanodes >= pipeline.replication) return false;
  if (policy == ReplacePolicy::kAlways) return true;
  if (policy == ReplacePolicy::kNever || pipeline.replication < 3) return false;
  return pipeline.datanodes <= pipeline.replication / 2 || pipeline.appending || pipeline.flushed;
}

bool IsLocalAddress(const std::string& ip) {
  // Only an address of this machine can be bound to.
  const auto addresses = net::Resolve({ip, 0}, true);
  if (!addresses.ok()) return false;
  const net::SocketAddress& address = addresses->front();
  const int fd = ::socket(address.family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (fd < 0) return false;
  const bool local = ::bind(fd, address.get(), address.size) == 0;
  ::close(fd);
  return local;
}

}  // namespace cairn::client
