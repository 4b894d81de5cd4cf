// SPDX-License-Identifier: Apache-2.0
#include "tests/fuzz/targets.h"

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>

namespace cairn::fuzz {
namespace {

constexpr Target kTargets[] = {
    {"block_list", RunBlockList, BlockListSeeds},
    {"configuration_xml", RunConfigurationXml, ConfigurationXmlSeeds},
    {"data_transfer", RunDataTransfer, DataTransferSeeds},
    {"directory_files", RunDirectoryFiles, DirectoryFilesSeeds},
    {"edit_log", RunEditLog, EditLogSeeds},
    {"http_text", RunHttpText, HttpTextSeeds},
    {"image", RunImage, ImageSeeds},
    {"namenode_requests", RunNamenodeRequests, NamenodeRequestsSeeds},
    {"pair", RunPair, PairSeeds},
    {"path", RunPath, PathSeeds},
    {"rpc_frames", RunRpcFrames, RpcFramesSeeds},
};

}  // namespace

std::span<const Target> Targets() { return kTargets; }

const Target* FindTarget(std::string_view name) {
  for (const Target& target : kTargets) {
    if (name == target.name) return &target;
  }
  return nullptr;
}

void Require(bool holds, const char* promise) {
  if (holds) return;
  std::fprintf(stderr, "does not hold: %s\n", promise);
  std::abort();
}

std::string ReadTestFile(const std::string& path) {
  std::ifstream file(std::string(CAIRN_TESTS_DIR "/") + path, std::ios::binary);
  Require(file.is_open(), path.c_str());
  return {std::istreambuf_iterator<char>(file), {}};
}

uint8_t TakeByte(Input& input) {
  if (input.empty()) return 0;
  const auto byte = static_cast<uint8_t>(input.front());
  input.remove_prefix(1);
  return byte;
}

}  // namespace cairn::fuzz
