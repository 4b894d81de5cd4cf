// SPDX-License-Identifier: Apache-2.0
#include "namenode/namesystem/options.h"

#include "common/config/client_keys.h"
#include "common/config/common_keys.h"
#include "common/config/namenode_keys.h"

namespace cairn::namenode {
namespace {

using std::chrono::milliseconds;

Status ReadDefaults(const config::Configuration& c, ServerDefaults* out) {
  CAIRN_ASSIGN(int64_t block_size, c.Get(config::kBlockSize));
  CAIRN_ASSIGN(int64_t replication, c.Get(config::kReplication));
  CAIRN_ASSIGN(int64_t bytes_per_checksum, c.Get(config::kBytesPerChecksum));
  CAIRN_ASSIGN(int64_t packet, c.Get(config::kWritePacketSize));
  CAIRN_ASSIGN(int64_t buffer, c.Get(config::kFileBufferSize));
  CAIRN_ASSIGN(int64_t trash_ms, c.Get(config::kTrashInterval));
  CAIRN_ASSIGN(std::string checksum, c.Get(config::kChecksumType));
  if (checksum != "CRC32C" && checksum != "CRC32" && checksum != "NULL") {
    return Status(Code::kInvalidArgument, std::string(config::kChecksumType.name) + " = \"" +
                                              checksum + "\": not CRC32C, CRC32 or NULL");
  }
  out->block_size = block_size;
  out->replication = replication;
  out->bytes_per_checksum = bytes_per_checksum;
  out->write_packet_size = packet;
  out->file_buffer_size = buffer;
  out->trash_interval_min = trash_ms / 60'000;
  out->checksum_type = checksum == "CRC32" ? ChecksumType::kCrc32
                       : checksum == "NULL" ? ChecksumType::kNull
                                            : ChecksumType::kCrc32c;
  return Status();
}

Status ReadLimits(const config::Configuration& c, NamesystemOptions* out) {
  CAIRN_ASSIGN(out->permissions_enabled, c.Get(config::kPermissionsEnabled));
  CAIRN_ASSIGN(out->acls_enabled, c.Get(config::kAclsEnabled));
  CAIRN_ASSIGN(out->posix_acl_inheritance, c.Get(config::kPosixAclInheritance));
  CAIRN_ASSIGN(out->xattrs_enabled, c.Get(config::kXattrsEnabled));
  CAIRN_ASSIGN(out->xattrs_per_inode_max, c.Get(config::kXattrsPerInode));
  CAIRN_ASSIGN(out->xattr_bytes_max, c.Get(config::kXattrSize));
  CAIRN_ASSIGN(out->hosts_file, c.Get(config::kHostsFile));
  CAIRN_ASSIGN(out->hosts_exclude_file, c.Get(config::kHostsExcludeFile));
  CAIRN_ASSIGN(out->supergroup, c.Get(config::kSuperGroup));
  CAIRN_ASSIGN(int64_t replication_max, c.Get(config::kReplicationMax));
  CAIRN_ASSIGN(int64_t replication_min, c.Get(config::kReplicationMin));
  CAIRN_ASSIGN(int64_t block_size_min, c.Get(config::kMinBlockSize));
  CAIRN_ASSIGN(int64_t blocks_max, c.Get(config::kMaxBlocksPerFile));
  CAIRN_ASSIGN(int64_t list_limit, c.Get(config::kListLimit));
  CAIRN_ASSIGN(int64_t summary, c.Get(config::kContentSummaryLimit));
  out->replication_max = replication_max;
  out->replication_min = replication_min;
  out->block_size_min = block_size_min;
  out->blocks_per_file_max = blocks_max;
  out->list_limit = list_limit;
  out->content_summary_slice = summary;
  return Status();
}

Status ReadTimes(const config::Configuration& c, NamesystemOptions* out) {
  CAIRN_ASSIGN(int64_t hard, c.Get(config::kLeaseHardLimit));
  CAIRN_ASSIGN(int64_t lease_recheck, c.Get(config::kLeaseRecheck));
  CAIRN_ASSIGN(int64_t precision, c.Get(config::kAccessTimePrecision));
  CAIRN_ASSIGN(bool retry_cache, c.Get(config::kRetryCacheEnabled));
  CAIRN_ASSIGN(int64_t retry_ttl, c.Get(config::kRetryCacheExpiry));
  CAIRN_ASSIGN(int64_t redundancy, c.Get(config::kRedundancyInterval));
  CAIRN_ASSIGN(int64_t checkpoint, c.Get(config::kCheckpointPeriod));
  CAIRN_ASSIGN(int64_t checkpoint_check, c.Get(config::kCheckpointCheckPeriod));
  CAIRN_ASSIGN(int64_t checkpoint_txns, c.Get(config::kCheckpointTxns));
  CAIRN_ASSIGN(int64_t images, c.Get(config::kCheckpointsRetained));
  CAIRN_ASSIGN(out->extra_edits_retained, c.Get(config::kExtraEditsRetained));
  out->lease_hard_limit = milliseconds(hard);
  out->lease_recheck = milliseconds(lease_recheck);
  out->access_time_precision = milliseconds(precision);
  out->retry_cache_ttl = milliseconds(retry_cache ? retry_ttl : 0);
  out->redundancy_interval = milliseconds(redundancy);
  out->checkpoint_period = milliseconds(checkpoint);
  out->checkpoint_check_period = milliseconds(checkpoint_check);
  out->checkpoint_transactions = checkpoint_txns;
  out->images_retained = static_cast<int>(images);
  out->edit_roll_transactions = 2 * out->checkpoint_transactions;
  return Status();
}

}  // namespace

Result<NamesystemOptions> ReadNamesystemOptions(const config::Configuration& configuration) {
  NamesystemOptions options;
  CAIRN_TRY(ReadDefaults(configuration, &options.server_defaults));
  CAIRN_TRY(ReadLimits(configuration, &options));
  CAIRN_TRY(ReadTimes(configuration, &options));
  return options;
}

}  // namespace cairn::namenode
