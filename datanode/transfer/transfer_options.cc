// SPDX-License-Identifier: Apache-2.0
#include "datanode/transfer/transfer_options.h"

#include "common/config/datanode_keys.h"
#include "common/config/namenode_keys.h"
#include "common/net/address.h"

namespace cairn::datanode {
namespace {

using config::Configuration;

Status LoadStreams(const Configuration& configuration, TransferOptions& options) {
  CAIRN_ASSIGN(const std::string address, configuration.Get(config::kDatanodeAddress));
  CAIRN_ASSIGN(const net::HostPort listen, net::ParseHostPort(address, 9866));
  options.listen_host = listen.host;
  options.listen_port = listen.port;
  CAIRN_ASSIGN(const int64_t streams, configuration.Get(config::kMaxTransferThreads));
  options.streams_max = static_cast<uint32_t>(streams);
  CAIRN_ASSIGN(options.read_timeout_ms, configuration.Get(config::kSocketTimeout));
  CAIRN_ASSIGN(options.write_timeout_ms, configuration.Get(config::kSocketWriteTimeout));
  CAIRN_ASSIGN(options.keepalive_ms, configuration.Get(config::kSocketKeepalive));
  CAIRN_ASSIGN(const int64_t block_size, configuration.Get(config::kBlockSize));
  options.block_size_estimate = static_cast<uint64_t>(block_size);
  CAIRN_ASSIGN(options.connect_by_host_name, configuration.Get(config::kCheckIpHostname));
  CAIRN_ASSIGN(options.tcp_no_delay, configuration.Get(config::kTransferTcpNoDelay));
  CAIRN_ASSIGN(const int64_t send_buffer, configuration.Get(config::kTransferSendBuffer));
  options.send_buffer_bytes = static_cast<uint32_t>(send_buffer);
  CAIRN_ASSIGN(const int64_t receive_buffer, configuration.Get(config::kTransferReceiveBuffer));
  options.receive_buffer_bytes = static_cast<uint32_t>(receive_buffer);
  CAIRN_ASSIGN(options.restart_expiry_ms, configuration.Get(config::kRestartReplicaExpiry));
  CAIRN_ASSIGN(options.slow_io_warning_ms, configuration.Get(config::kDatanodeSlowIoWarning));
  return Status();
}

Status LoadBandwidths(const Configuration& configuration, TransferOptions& options) {
  CAIRN_ASSIGN(const int64_t balance, configuration.Get(config::kBalanceBandwidth));
  options.balance_bandwidth = static_cast<uint64_t>(balance);
  CAIRN_ASSIGN(const int64_t moves, configuration.Get(config::kBalanceMovesMax));
  options.balance_moves_max = static_cast<uint32_t>(moves);
  CAIRN_ASSIGN(const int64_t transfer, configuration.Get(config::kTransferBandwidth));
  options.transfer_bandwidth = static_cast<uint64_t>(transfer);
  CAIRN_ASSIGN(const int64_t write, configuration.Get(config::kWriteBandwidth));
  options.write_bandwidth = static_cast<uint64_t>(write);
  CAIRN_ASSIGN(const int64_t read, configuration.Get(config::kReadBandwidth));
  options.read_bandwidth = static_cast<uint64_t>(read);
  return Status();
}

Status LoadCaching(const Configuration& configuration, TransferOptions& options) {
  CAIRN_ASSIGN(const int64_t readahead, configuration.Get(config::kReadahead));
  options.readahead_bytes = static_cast<uint64_t>(readahead);
  CAIRN_ASSIGN(options.drop_cache_behind_reads, configuration.Get(config::kDropBehindReads));
  CAIRN_ASSIGN(options.drop_cache_behind_writes, configuration.Get(config::kDropBehindWrites));
  CAIRN_ASSIGN(options.sync_behind_writes, configuration.Get(config::kSyncBehindWrites));
  CAIRN_ASSIGN(options.sync_on_close, configuration.Get(config::kSyncOnClose));
  CAIRN_ASSIGN(options.send_by_sendfile, configuration.Get(config::kTransferTo));
  return Status();
}

}  // namespace

Result<TransferOptions> LoadTransferOptions(const Configuration& configuration) {
  TransferOptions options;
  CAIRN_TRY(LoadStreams(configuration, options));
  CAIRN_TRY(LoadBandwidths(configuration, options));
  CAIRN_TRY(LoadCaching(configuration, options));
  return options;
}

}  // namespace cairn::datanode
