// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "common/config/configuration.h"
#include "datanode/store/replica_store.h"
#include "datanode/store/scanner.h"

namespace cairn::datanode {

// What the configuration says of the store and its scanners. kInvalidArgument names the key.
Result<StoreOptions> ReadStoreOptions(const config::Configuration& configuration);
Result<ScannerOptions> ReadScannerOptions(const config::Configuration& configuration);

}  // namespace cairn::datanode
