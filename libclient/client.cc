// SPDX-License-Identifier: Apache-2.0
// The client itself, and its files. The namespace is in client_namespace.cc.
#include <algorithm>
#include <utility>

#include "common/wire/converters.h"
#include "libclient/client_core.h"
#include "libclient/dfs.h"
#include "libclient/file_checksum.h"
#include "libclient/input_stream.h"
#include "libclient/output_stream.h"

namespace cairn::client {
namespace {

namespace pb = wire::pb;

// Apache's id of the policy that keeps blocks in memory.
constexpr uint8_t kLazyPersistPolicy = 15;

Status CheckBlockSize(const std::string& path, uint64_t block_size, const ChecksumSpec& checksum) {
  if (block_size != 0 && block_size % checksum.bytes_per_checksum == 0) return Status();
  return Status(Code::kInvalidArgument,
                "create " + path + ": block size " + std::to_string(block_size) +
                    " is no multiple of dfs.bytes-per-checksum, " +
                    std::to_string(checksum.bytes_per_checksum));
}

}  // namespace

Client::Client(std::unique_ptr<ClientCore> core) : core_(std::move(core)), admin_(*core_) {}

Client::~Client() = default;

Result<std::unique_ptr<Client>> Client::Connect(const config::Configuration& configuration,
                                                const std::string& uri, const std::string& user) {
  CAIRN_ASSIGN(ClientConfig config, ReadClientConfig(configuration));
  CAIRN_ASSIGN(Nameservice service, ResolveNameservice(configuration, uri));
  std::string name = user;
  if (name.empty()) {
    CAIRN_ASSIGN(name, CurrentUser());
  }
  return std::unique_ptr<Client>(new Client(
      std::make_unique<ClientCore>(std::move(config), std::move(service), std::move(name))));
}

const std::string& Client::user() const { return core_->user(); }
const std::string& Client::uri() const { return core_->namenode().service().uri; }
uint16_t Client::umask() const { return core_->config().umask; }

Result<std::unique_ptr<InputStream>> Client::Open(const std::string& path,
                                                  const OpenOptions& options) {
  auto file = std::make_unique<LocatedFile>(*core_, path);
  CAIRN_TRY(file->Refresh());
  return std::unique_ptr<InputStream>(
      std::make_unique<FileInputStream>(*core_, std::move(file), options));
}

Result<std::unique_ptr<OutputStream>> Client::Create(const std::string& path,
                                                     const CreateOptions& options) {
  const WriteConfig& config = core_->config().write;
  CreateRequest request{.path = path, .create_parents = options.create_parents};
  request.full_mode = options.mode;
  request.mode = static_cast<uint16_t>(options.mode & ~core_->config().umask);
  request.flags = pb::CreateFlagProto::CREATE;
  if (options.overwrite) request.flags |= pb::CreateFlagProto::OVERWRITE;
  if (options.lazy_persist) request.flags |= pb::CreateFlagProto::LAZY_PERSIST;
  request.replication = options.replication != 0 ? options.replication : config.replication;
  request.block_size = options.block_size != 0 ? options.block_size : config.block_size;
  if (request.replication == 0 || request.block_size == 0) {
    CAIRN_ASSIGN(const ServerDefaults defaults, GetServerDefaults());
    if (request.replication == 0) request.replication = defaults.replication;
    if (request.block_size == 0) request.block_size = defaults.block_size;
  }
  const ChecksumSpec checksum = options.checksum.value_or(config.checksum);
  CAIRN_TRY(CheckBlockSize(path, request.block_size, checksum));

  CAIRN_ASSIGN(const FileStatus status, core_->calls().Create(request));
  WrittenFile file{.path = path,
                   .id = status.inode_id,
                   .block_size = request.block_size,
                   .replication = request.replication,
                   .checksum = checksum,
                   .no_local_write = options.no_local_write,
                   .lazy_persist = status.storage_policy == kLazyPersistPolicy};
  return std::unique_ptr<OutputStream>(std::make_unique<FileOutputStream>(
      *core_, std::move(file), FileOutputStream::Options{.sync_block = options.sync_block}));
}

Result<std::unique_ptr<OutputStream>> Client::Append(const std::string& path,
                                                     const AppendOptions& options) {
  CAIRN_ASSIGN(const AppendedFile appended, core_->calls().Append(path, options.new_block));
  const FileStatus& status = appended.status;
  WrittenFile file{.path = path,
                   .id = status.inode_id,
                   .block_size = status.block_size,
                   .replication = status.replication,
                   .checksum = core_->config().write.checksum,
                   .lazy_persist = status.storage_policy == kLazyPersistPolicy};
  CAIRN_TRY(CheckBlockSize(path, file.block_size, file.checksum));
  auto stream = std::make_unique<FileOutputStream>(
      *core_, std::move(file),
      FileOutputStream::Options{.sync_block = options.sync_block, .length = status.length});
  if (!appended.last_block) return std::unique_ptr<OutputStream>(std::move(stream));
  const LocatedBlock& last = *appended.last_block;
  if (options.new_block) {
    stream->SetPrevious(last.block);
  } else if (last.block.block.length >= status.block_size) {
    stream->Abort();
    return Status(Code::kIoError, "The last block for file " + path + " is full.");
  } else {
    stream->Resume(last);
  }
  return std::unique_ptr<OutputStream>(std::move(stream));
}

Result<FileChecksum> Client::GetFileChecksum(const std::string& path, uint64_t length,
                                             std::optional<ChecksumMode> mode) {
  return ComputeFileChecksum(*core_, path, length,
                             mode.value_or(core_->config().read.checksum_mode));
}

Result<LocatedBlocks> Client::GetBlockLocations(const std::string& path, uint64_t offset,
                                                uint64_t length) {
  return core_->calls().GetBlockLocations(path, offset, std::min<uint64_t>(length, INT64_MAX));
}

Result<ServerDefaults> Client::GetServerDefaults() {
  const pb::GetServerDefaultsRequestProto request;
  pb::GetServerDefaultsResponseProto response;
  CAIRN_TRY(core_->namenode().Call("getServerDefaults", request, &response));
  return wire::FromProto(response.serverdefaults());
}

}  // namespace cairn::client
