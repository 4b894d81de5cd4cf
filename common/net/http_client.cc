// SPDX-License-Identifier: Apache-2.0
#include "common/net/http_client.h"

#include <algorithm>
#include <array>

#include "common/net/blocking_socket.h"
#include "common/net/http_body.h"
#include "common/net/read_buffer.h"

namespace cairn::net {
namespace {

std::string EncodeRequest(const HostPort& server, const std::string& target,
                          const HttpClientOptions& options) {
  std::string head = options.method + " " + target + " HTTP/1.1\r\nHost: " + ToString(server) +
                     "\r\nConnection: close\r\n";
  for (const auto& [name, value] : options.headers) head += name + ": " + value + "\r\n";
  if (!options.body.empty() || options.method == "PUT" || options.method == "POST") {
    head += "Content-Length: " + std::to_string(options.body.size()) + "\r\n";
  }
  return head + "\r\n";
}

// One answer, read step by step.
//
// Not thread-safe.
class AnswerReader {
 public:
  AnswerReader(BlockingSocket& socket, bool head_only) : socket_(socket), chunk_(1, '\0') {
    SetUpHttpParser(parser_);
    parser_.skip(head_only);
  }

  Result<HttpAnswer> ReadHead() {
    while (!parser_.is_header_done()) {
      CAIRN_ASSIGN(const size_t ignored, Step());
      (void)ignored;
    }
    HttpAnswer answer;
    answer.status = static_cast<int>(parser_.get().result_int());
    answer.headers = HttpFields(parser_.get());
    if (parser_.content_length()) answer.content_length = *parser_.content_length();
    chunk_.resize(kHttpChunkBytes);
    return answer;
  }

  // The next piece of the body; empty at its end. Valid until the next call.
  Result<std::string_view> NextPiece() {
    while (!parser_.is_done()) {
      CAIRN_ASSIGN(const size_t n, Step());
      if (n > 0) return std::string_view(chunk_.data(), n);
    }
    return std::string_view();
  }

 private:
  // Parses what is there, else reads. The number of bytes of the body that came out.
  Result<size_t> Step() {
    HttpStep step;
    if (!buffer_.bytes().empty()) {
      CAIRN_ASSIGN(step, AdvanceHttp(parser_, buffer_.bytes(), chunk_));
      buffer_.Consume(step.consumed);
    }
    if (step.consumed > 0) return step.produced;
    const ReadBuffer::Room room = buffer_.Prepare();
    CAIRN_ASSIGN(const size_t n, socket_.ReadSome(room.data, room.size));
    buffer_.Commit(n);
    if (n > 0) return size_t{0};
    boost::system::error_code error = boost::beast::http::error::partial_message;
    if (parser_.got_some()) parser_.put_eof(error);
    if (error) return Status(Code::kEndOfFile, "the answer ends early");
    return size_t{0};
  }

  BlockingSocket& socket_;
  ReadBuffer buffer_;
  HttpAnswerParser parser_;
  std::string chunk_;
};

Result<HttpAnswer> Exchange(BlockingSocket& socket, const std::string& head,
                            const HttpBodySink& sink, const HttpClientOptions& options) {
  const std::array<std::string_view, 2> parts = {head, options.body};
  CAIRN_TRY(socket.WriteAll(parts));
  AnswerReader reader(socket, options.method == "HEAD");
  CAIRN_ASSIGN(HttpAnswer answer, reader.ReadHead());
  uint64_t total = 0;
  for (;;) {
    CAIRN_ASSIGN(const std::string_view piece, reader.NextPiece());
    if (piece.empty()) return answer;
    total += piece.size();
    if (total > options.body_size_max) {
      return Status(Code::kCorrupt,
                    "the answer is over the limit of " + std::to_string(options.body_size_max));
    }
    CAIRN_TRY(sink(answer, piece));
  }
}

}  // namespace

Result<HttpAnswer> HttpFetch(const HostPort& server, const std::string& target,
                             const HttpBodySink& sink, const HttpClientOptions& options) {
  const std::string what = options.method + " http://" + ToString(server) + target;
  auto socket = BlockingSocket::Connect(
      server, options.connect_timeout,
      {.read_timeout = options.read_timeout, .write_timeout = options.read_timeout});
  if (!socket.ok()) return socket.status().WithContext(what);
  auto answer = Exchange(*socket, EncodeRequest(server, target, options), sink, options);
  if (!answer.ok()) return answer.status().WithContext(what);
  return answer;
}

Result<HttpReply> HttpGet(const HostPort& server, const std::string& target,
                          HttpClientOptions options) {
  constexpr uint64_t kInMemoryBytesMax = 16 << 20;
  options.body_size_max = std::min(options.body_size_max, kInMemoryBytesMax);
  HttpReply reply;
  const HttpBodySink sink = [&reply](const HttpAnswer&, std::string_view bytes) {
    reply.body.append(bytes);
    return Status();
  };
  CAIRN_ASSIGN(reply.head, HttpFetch(server, target, sink, options));
  return reply;
}

}  // namespace cairn::net
