// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

#include "common/config/configuration.h"
#include "common/model/file_status.h"
#include "common/util/result.h"

namespace cairn::namenode {

// What an operator can set of the namesystem. Immutable once it is in use.
struct NamesystemOptions {
  ServerDefaults server_defaults;
  // One of several of a nameservice: while the active one waits for datanodes after its start,
  // clients are asked to come again.
  bool high_availability = false;

  // Permissions.
  bool permissions_enabled = true;
  bool acls_enabled = true;                  // Whether they can be asked for and set.
  bool posix_acl_inheritance = true;         // Default entries take the place of the umask.
  bool xattrs_enabled = true;
  std::string superuser;                     // The user that the namenode runs as.
  std::string supergroup = "supergroup";
  uint16_t root_mode = 0755;

  // Limits.
  uint32_t replication_max = 512;
  uint32_t replication_min = 1;
  uint64_t block_size_min = 1 << 20;
  uint32_t blocks_per_file_max = 10000;
  uint32_t list_limit = 1000;
  uint32_t xattrs_per_inode_max = 32;  // Of the namespaces user and trusted.
  uint32_t xattr_bytes_max = 16 << 10; // Name and value.
  uint32_t content_summary_slice = 5000;
  uint32_t open_files_page = 1000;
  uint32_t corrupt_files_page = 100;

  // Leases.
  std::chrono::milliseconds lease_soft_limit{60'000};
  std::chrono::milliseconds lease_hard_limit{1'200'000};
  std::chrono::milliseconds lease_recheck{2'000};

  // Time.
  std::chrono::milliseconds access_time_precision{3'600'000};  // 0: no access times.
  std::chrono::milliseconds retry_cache_ttl{600'000};          // 0: no retry cache.
  std::chrono::milliseconds redundancy_interval{3'000};
  std::chrono::milliseconds checkpoint_period{3'600'000};
  std::chrono::milliseconds checkpoint_check_period{60'000};
  uint64_t checkpoint_transactions = 1'000'000;
  // How many times period and transactions an active one waits for a standby's image.
  int checkpoint_patience = 1;
  int images_retained = 2;
  int64_t extra_edits_retained = 1'000'000;
  uint64_t edit_roll_transactions = 2'000'000;  // A segment that grew over this is closed.

  // Files of hosts; empty: none.
  std::string hosts_file;
  std::string hosts_exclude_file;

  std::string host_name;  // Named in safe mode's messages.
};

// Reads the options; fails with the key, the value and its file when one is wrong.
Result<NamesystemOptions> ReadNamesystemOptions(const config::Configuration& configuration);

}  // namespace cairn::namenode
