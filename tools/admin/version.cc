// SPDX-License-Identifier: Apache-2.0
#include <cstdio>

#include "common/model/namespace_info.h"
#include "tools/commands.h"

namespace cairn::tools {

int RunVersion(const Invocation&) {
  std::printf("Cairn %s\nCompatible with Apache Hadoop %s: RPC 9, data transfer 28, namenode "
              "layout %d, datanode layout %d\n",
              kCairnVersion, kHadoopVersion, kNamenodeLayoutVersion, kDatanodeLayoutVersion);
  return 0;
}

}  // namespace cairn::tools
