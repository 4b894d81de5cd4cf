// SPDX-License-Identifier: Apache-2.0
// Small files of data and name directories: meta file headers, VERSION, names of replicas. Input: a
// byte that chooses the parser, then the bytes.
#include "datanode/store/layout.h"
#include "datanode/store/meta_file.h"
#include "datanode/store/properties.h"
#include "namenode/journal/version_file.h"
#include "tests/fuzz/targets.h"

namespace cairn::fuzz {
namespace {

constexpr char kPool[] = "BP-586905599-127.0.0.1-1795499597232";

void MetaHeader(Input input) {
  const auto spec = datanode::DecodeMetaHeader(input.substr(0, datanode::kMetaHeaderBytes));
  if (!spec.ok()) return;
  Require(datanode::DecodeMetaHeader(datanode::EncodeMetaHeader(*spec)).ok(),
          "a header that was read can be written");
  (void)datanode::MetaFileSize(*spec, UINT32_MAX);
  if (input.size() < datanode::kMetaHeaderBytes) return;
  // What follows is taken as data, then as checksums.
  const Input rest = input.substr(datanode::kMetaHeaderBytes);
  const std::string sums = datanode::ComputeChecksums(*spec, rest);
  Require(datanode::VerifyChecksums(*spec, 0, rest, sums, "fuzz").ok(),
          "checksums that were just computed are right");
  (void)datanode::VerifyChecksums(*spec, 3, rest, rest, "fuzz");
}

void Properties(Input input) {
  const auto properties = datanode::DecodeProperties(input);
  if (!properties.ok()) return;
  const auto again = datanode::DecodeProperties(datanode::EncodeProperties(*properties, 1));
  Require(again.ok() && *again == *properties, "properties survive being written");
}

void Version(Input input) {
  const auto info = namenode::ParseVersion(input);
  if (info.ok()) (void)namenode::FormatVersion(*info);
}

}  // namespace

void RunDirectoryFiles(Input input) {
  switch (TakeByte(input) % 4) {
    case 0: MetaHeader(input); break;
    case 1: Properties(input); break;
    case 2: Version(input); break;
    case 3:
      (void)datanode::ParseReplicaFileName(input);
      (void)datanode::CheckPoolId(std::string(input));
      (void)datanode::ParseDataDirectory(input);
      break;
  }
}

Seeds DirectoryFilesSeeds() {
  const std::string data = "datanode/store/golden/current/";
  const std::string pool = data + kPool + "/current/";
  return {
      std::string(1, '\0') +
          ReadTestFile(pool + "finalized/subdir0/subdir0/blk_1073741830_1010.meta"),
      "\x01" + ReadTestFile(data + "VERSION"),
      "\x01" + ReadTestFile(pool + "VERSION"),
      "\x02" + ReadTestFile("golden/image/nn/current/VERSION"),
      "\x03" "blk_1073741830_1010.meta",
      std::string("\x03") + kPool,
      "\x03[SSD]file:///data/1",
  };
}

}  // namespace cairn::fuzz
