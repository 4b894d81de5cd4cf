// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

// Every parser of bytes that we did not write, each as a function that takes any bytes at all. It
// must neither crash nor trip a sanitizer; what it makes of the bytes does not matter, except where
// a target says so itself with Require().
namespace cairn::fuzz {

using Input = std::string_view;
using Seeds = std::vector<std::string>;

struct Target {
  const char* name;
  void (*run)(Input input);
  Seeds (*seeds)();  // Inputs from which a fuzzer starts: real files, and messages of our own.
};

std::span<const Target> Targets();
// Null when there is none.
const Target* FindTarget(std::string_view name);

// Aborts when a promise does not hold.
void Require(bool holds, const char* promise);
// A file below tests/; aborts when it cannot be read.
std::string ReadTestFile(const std::string& path);
// One byte off the front, 0 when there is none.
uint8_t TakeByte(Input& input);

// Each pair is in the .cc file of its name.
void RunBlockList(Input input);
Seeds BlockListSeeds();
void RunConfigurationXml(Input input);
Seeds ConfigurationXmlSeeds();
void RunDataTransfer(Input input);
Seeds DataTransferSeeds();
void RunDirectoryFiles(Input input);
Seeds DirectoryFilesSeeds();
void RunEditLog(Input input);
Seeds EditLogSeeds();
void RunHttpText(Input input);
Seeds HttpTextSeeds();
void RunImage(Input input);
Seeds ImageSeeds();
void RunNamenodeRequests(Input input);
Seeds NamenodeRequestsSeeds();
void RunPair(Input input);
Seeds PairSeeds();
void RunPath(Input input);
Seeds PathSeeds();
void RunRpcFrames(Input input);
Seeds RpcFramesSeeds();

}  // namespace cairn::fuzz
