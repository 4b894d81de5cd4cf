// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "namenode/namesystem/datanode_messages.h"

namespace hadoop::hdfs::datanode {
class DatanodeCommandProto;
class DatanodeRegistrationProto;
}  // namespace hadoop::hdfs::datanode

namespace cairn::namenode {

// The datanodes' messages to and from the namesystem's structs. Thread-safe.
DatanodeRegistration RegistrationOf(const hadoop::hdfs::datanode::DatanodeRegistrationProto& in);
void ToProto(const DatanodeRegistration& registration,
             hadoop::hdfs::datanode::DatanodeRegistrationProto* out);
void ToProto(const DatanodeCommand& command, const std::string& pool_id,
             hadoop::hdfs::datanode::DatanodeCommandProto* out);
// As a number of NNHAStatusHeartbeatProto.State.
int HeartbeatState(ServiceState state);

}  // namespace cairn::namenode
