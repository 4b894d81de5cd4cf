// SPDX-License-Identifier: Apache-2.0
#pragma once

// Inside common/net only: Beast's parsers, fed by hand, so that sockets and timeouts stay ours.

#include <utility>

#include <boost/asio/buffer.hpp>
#include <boost/beast/http/buffer_body.hpp>
#include <boost/beast/http/parser.hpp>
#include <limits>
#include <string>
#include <string_view>

#include "common/net/http.h"
#include "common/util/result.h"

namespace cairn::net {

inline constexpr uint32_t kHttpHeadBytesMax = 64 << 10;
// A piece of a body in memory.
inline constexpr size_t kHttpChunkBytes = 128 << 10;

using HttpRequestParser = boost::beast::http::request_parser<boost::beast::http::buffer_body>;
using HttpAnswerParser = boost::beast::http::response_parser<boost::beast::http::buffer_body>;

// What one step of a parser did.
struct HttpStep {
  size_t consumed = 0;   // Of the input.
  size_t produced = 0;   // Bytes of the body, at the front of the chunk.
};

// Sets the limits that all our parsers have. Bodies are bounded by who collects them.
template <typename Parser>
void SetUpHttpParser(Parser& parser) {
  parser.header_limit(kHttpHeadBytesMax);
  // Not boost::none: Beast 1.74 takes that for less than any length.
  parser.body_limit(std::numeric_limits<uint64_t>::max());
}

// Parses what `input` holds of the head, or one piece of the body into `chunk`. A step without
// progress wants more input. `input` is not empty, the message not complete. kBadRequest for bytes
// that are no HTTP.
template <typename Parser>
Result<HttpStep> AdvanceHttp(Parser& parser, std::string_view input, std::string& chunk) {
  namespace http = boost::beast::http;
  auto& body = parser.get().body();
  body.data = chunk.data();
  body.size = chunk.size();
  body.more = true;
  boost::system::error_code error;
  HttpStep step;
  step.consumed = parser.put(boost::asio::const_buffer(input.data(), input.size()), error);
  step.produced = chunk.size() - body.size;
  if (error && error != http::error::need_more && error != http::error::need_buffer) {
    const bool too_long = error == http::error::header_limit;
    return Status(too_long ? Code::kTooManyItems : Code::kBadRequest,
                  "bad HTTP message: " + error.message());
  }
  return step;
}

// The head's fields, in order.
template <typename Message>
NameValues HttpFields(const Message& message) {
  NameValues result;
  for (const auto& field : message) {
    result.emplace_back(std::string(field.name_string()), std::string(field.value()));
  }
  return result;
}

}  // namespace cairn::net
