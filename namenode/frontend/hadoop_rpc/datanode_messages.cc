// SPDX-License-Identifier: Apache-2.0
#include "namenode/frontend/hadoop_rpc/datanode_messages.h"

#include "common/wire/converters.h"
#include "common/wire/proto/hdfs_server.pb.h"

namespace cairn::namenode {
namespace {

namespace pb = ::hadoop::hdfs;
using CommandProto = pb::datanode::DatanodeCommandProto;

// Adds one command's fields to the message of a datanode's command.
class CommandEncoder {
 public:
  CommandEncoder(const std::string& pool_id, CommandProto* out) : pool_id_(pool_id), out_(out) {}

  void operator()(const TransferCommand& command) {
    pb::datanode::BlockCommandProto* body = Block(pb::datanode::BlockCommandProto::TRANSFER);
    for (const TransferCommand::Item& item : command.items) {
      wire::ToProto(item.block, body->add_blocks());
      auto* nodes = body->add_targets();
      auto* uuids = body->add_targetstorageuuids();
      auto* types = body->add_targetstoragetypes();
      for (const DatanodeTarget& target : item.targets) {
        wire::ToProto(target.node, nodes->add_datanodes());
        uuids->add_storageuuids(target.storage_uuid);
        types->add_storagetypes(wire::ToProto(target.storage_type));
      }
    }
  }

  void operator()(const InvalidateCommand& command) {
    pb::datanode::BlockCommandProto* body = Block(pb::datanode::BlockCommandProto::INVALIDATE);
    for (const cairn::Block& block : command.blocks) wire::ToProto(block, body->add_blocks());
  }

  void operator()(const RecoverBlocksCommand& command) {
    out_->set_cmdtype(CommandProto::BlockRecoveryCommand);
    for (const RecoverBlocksCommand::Item& item : command.items) {
      pb::RecoveringBlockProto* row = out_->mutable_recoverycmd()->add_blocks();
      row->set_newgenstamp(item.new_generation_stamp.value);
      const LocatedBlock located{.block = {.pool_id = pool_id_, .block = item.block},
                                 .locations = item.locations,
                                 .corrupt = item.corrupt};
      wire::ToProto(located, row->mutable_block());
      if (item.truncate_block) wire::ToProto(*item.truncate_block, row->mutable_truncateblock());
    }
  }

  void operator()(const RegisterCommand&) {
    out_->set_cmdtype(CommandProto::RegisterCommand);
    out_->mutable_registercmd();
  }

  void operator()(const FinalizeCommand&) {
    out_->set_cmdtype(CommandProto::FinalizeCommand);
    out_->mutable_finalizecmd()->set_blockpoolid(pool_id_);
  }

  void operator()(const BalancerBandwidthCommand& command) {
    out_->set_cmdtype(CommandProto::BalancerBandwidthCommand);
    out_->mutable_balancercmd()->set_bandwidth(command.bandwidth);
  }

  void operator()(const AccessKeyUpdateCommand&) {
    out_->set_cmdtype(CommandProto::KeyUpdateCommand);
    wire::FillEmptyBlockKeys(out_->mutable_keyupdatecmd()->mutable_keys());
  }

 private:
  pb::datanode::BlockCommandProto* Block(pb::datanode::BlockCommandProto::Action action) {
    out_->set_cmdtype(CommandProto::BlockCommand);
    out_->mutable_blkcmd()->set_action(action);
    out_->mutable_blkcmd()->set_blockpoolid(pool_id_);
    return out_->mutable_blkcmd();
  }

  const std::string& pool_id_;
  CommandProto* const out_;
};

}  // namespace

DatanodeRegistration RegistrationOf(const pb::datanode::DatanodeRegistrationProto& in) {
  return {.id = wire::FromProto(in.datanodeid()),
          .storage = wire::StorageInfoFromProto(in.storageinfo()),
          .software_version = in.softwareversion()};
}

void ToProto(const DatanodeRegistration& registration,
             pb::datanode::DatanodeRegistrationProto* out) {
  wire::RegistrationToProto(registration.id, registration.storage, out);
  out->set_softwareversion(registration.software_version);
}

void ToProto(const DatanodeCommand& command, const std::string& pool_id,
             pb::datanode::DatanodeCommandProto* out) {
  std::visit(CommandEncoder(pool_id, out), command);
}

int HeartbeatState(ServiceState state) {
  switch (state) {
    case ServiceState::kActive:
      return hadoop::hdfs::NNHAStatusHeartbeatProto::ACTIVE;
    case ServiceState::kObserver:
      return hadoop::hdfs::NNHAStatusHeartbeatProto::OBSERVER;
    case ServiceState::kInitializing:
    case ServiceState::kStandby:
      return hadoop::hdfs::NNHAStatusHeartbeatProto::STANDBY;
  }
  return hadoop::hdfs::NNHAStatusHeartbeatProto::STANDBY;
}

}  // namespace cairn::namenode
