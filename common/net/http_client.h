// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "common/net/address.h"
#include "common/net/http.h"
#include "common/util/result.h"

namespace cairn::net {

struct HttpClientOptions {
  std::string method = "GET";
  NameValues headers;
  std::string body;
  std::chrono::milliseconds connect_timeout{20'000};
  std::chrono::milliseconds read_timeout{60'000};  // Longest silence.
  uint64_t body_size_max = UINT64_MAX;             // Of the answer.
};

// The head of an answer.
struct HttpAnswer {
  int status = 0;
  NameValues headers;
  std::optional<uint64_t> content_length;

  std::optional<std::string_view> Header(std::string_view name) const;
};

// Takes the body in pieces, in order. An error ends the transfer and is what HttpFetch returns.
using HttpBodySink = std::function<Status(const HttpAnswer& head, std::string_view bytes)>;

// One request over a connection of its own; `target` is the path and query, already encoded. The
// body of an answer of any status goes to `sink`. Follows no redirects. kEndOfFile when the body
// ends early: what the sink got is not the whole.
Result<HttpAnswer> HttpFetch(const HostPort& server, const std::string& target,
                             const HttpBodySink& sink, const HttpClientOptions& options = {});

struct HttpReply {
  HttpAnswer head;
  std::string body;
};
// The same with the body in memory, at most `options.body_size_max` (16 MiB unless set lower).
Result<HttpReply> HttpGet(const HostPort& server, const std::string& target,
                            HttpClientOptions options = {});

}  // namespace cairn::net
