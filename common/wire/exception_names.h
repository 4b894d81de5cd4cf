// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "common/util/status.h"

namespace cairn::wire {

// Apache's clients act on the Java class name of an exception, so each Code that leaves a server
// has exactly one; several names may mean one Code on the way back.

// The class name that a server sends for `status`: the peer's own when it came from a peer.
std::string JavaClassOf(const Status& status);

// The Code of a class name; kRemote for a name that is in no table.
Code CodeOfJavaClass(std::string_view java_class);

// The Status of an exception as a peer sent it. A Java stack trace behind the message is cut off.
Status StatusOfException(std::string_view java_class, std::string_view message);

}  // namespace cairn::wire
