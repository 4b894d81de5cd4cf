// SPDX-License-Identifier: Apache-2.0
// fuzz_seeds TARGET DIR: writes the target's seeds as files.
#include <cstdio>
#include <fstream>
#include <string>

#include "tests/fuzz/targets.h"

int main(int argc, char** argv) {
  const cairn::fuzz::Target* target = argc == 3 ? cairn::fuzz::FindTarget(argv[1]) : nullptr;
  if (target == nullptr) {
    std::fprintf(stderr, "usage: fuzz_seeds TARGET DIR\ntargets:\n");
    for (const auto& each : cairn::fuzz::Targets()) std::fprintf(stderr, "  %s\n", each.name);
    return 2;
  }
  int number = 0;
  for (const std::string& seed : target->seeds()) {
    std::ofstream file(std::string(argv[2]) + "/seed-" + std::to_string(number++),
                       std::ios::binary);
    file << seed;
    if (!file.flush()) return 1;
  }
  return 0;
}
