// SPDX-License-Identifier: Apache-2.0
// The parts of an HTTP request line that we decode ourselves.
#include "common/net/http.h"
#include "tests/fuzz/targets.h"

namespace cairn::fuzz {

void RunHttpText(Input input) {
  (void)net::ParseQuery(input);
  for (const bool plus : {false, true}) {
    const auto text = net::PercentDecode(input, plus);
    if (!text.ok()) continue;
    const auto again = net::PercentDecode(net::PercentEncode(*text, plus), plus);
    Require(again.ok() && *again == *text, "text survives being encoded");
  }
}

Seeds HttpTextSeeds() {
  return {"op=LISTSTATUS&user.name=a%20b&x=%C3%A9", "/webhdfs/v1/a+b%2Fc", "a&&=b&c=&=", "%", "%4"};
}

}  // namespace cairn::fuzz
