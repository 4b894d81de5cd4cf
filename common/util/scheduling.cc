// SPDX-License-Identifier: Apache-2.0
#include "common/util/scheduling.h"

#include <sched.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace cairn {
namespace {

// The kernel's struct sched_attr in its first version, which C libraries do not have yet, or have
// under a name that its own header takes too.
struct Attributes {
  uint32_t size = sizeof(Attributes);
  uint32_t policy = 0;
  uint64_t flags = 0;
  int32_t nice = 0;
  uint32_t priority = 0;
  uint64_t runtime = 0;  // Of the usual policy: the slice.
  uint64_t deadline = 0;
  uint64_t period = 0;
};

bool Get(Attributes& attributes) {
  return ::syscall(SYS_sched_getattr, 0, &attributes, sizeof(attributes), 0) == 0 &&
         attributes.policy == SCHED_OTHER;
}

}  // namespace

uint64_t SliceNs() {
  Attributes attributes;
  return Get(attributes) ? attributes.runtime : 0;
}

void AskForShortSlices() {
  Attributes attributes;
  if (!Get(attributes)) return;
  attributes.runtime = kShortSliceNs;
  ::syscall(SYS_sched_setattr, 0, &attributes, 0);
}

}  // namespace cairn
