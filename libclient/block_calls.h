// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "common/model/file_status.h"
#include "common/model/located_block.h"
#include "common/util/result.h"
#include "libclient/dfs.h"
#include "libclient/namenode_proxy.h"

namespace cairn::client {

// What an append gives: the file, and its last block if that has room.
struct AppendedFile {
  FileStatus status;
  std::optional<LocatedBlock> last_block;
};

struct CreateRequest {
  std::string path;
  uint16_t mode = 0644;      // After the umask.
  uint16_t full_mode = 0666; // Before it, for directories with default ACLs.
  uint32_t flags = 0;
  bool create_parents = true;
  uint32_t replication = 3;
  uint64_t block_size = 0;
};

// The namenode as the streams use it: blocks, leases and locations.
//
// Thread-safe.
class BlockCalls {
 public:
  // `proxy` must outlive this object. `client_name` holds the leases.
  BlockCalls(NamenodeProxy& proxy, std::string client_name)
      : proxy_(proxy), client_name_(std::move(client_name)) {}

  const std::string& client_name() const { return client_name_; }

  Result<LocatedBlocks> GetBlockLocations(const std::string& path, uint64_t offset,
                                          uint64_t length);
  Result<FileStatus> Create(const CreateRequest& request);
  Result<AppendedFile> Append(const std::string& path, bool new_block);
  struct AddBlockArgs {
    std::optional<ExtendedBlock> previous;
    std::vector<DatanodeInfo> excluded;
    bool no_local_write = false;
  };
  Result<LocatedBlock> AddBlock(const std::string& path, InodeId file, const AddBlockArgs& args);
  Status AbandonBlock(const std::string& path, InodeId file, const ExtendedBlock& block);
  // False: not enough replicas yet.
  Result<bool> Complete(const std::string& path, InodeId file,
                        const std::optional<ExtendedBlock>& last);
  // A length of -1 says nothing of it.
  Status Fsync(const std::string& path, InodeId file, int64_t last_block_length);
  // All of the pipeline, with one more datanode.
  Result<LocatedBlock> GetAdditionalDatanode(const std::string& path, InodeId file,
                                             const LocatedBlock& pipeline,
                                             const std::vector<DatanodeInfo>& excluded);
  // The block with its next generation stamp.
  Result<ExtendedBlock> UpdateBlockForPipeline(const ExtendedBlock& block);
  Status UpdatePipeline(const ExtendedBlock& old_block, const LocatedBlock& pipeline);
  Status RenewLease();
  Status ReportBadBlocks(const std::vector<LocatedBlock>& blocks);

 private:
  NamenodeProxy& proxy_;
  const std::string client_name_;
};

}  // namespace cairn::client
