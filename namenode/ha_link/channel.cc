// SPDX-License-Identifier: Apache-2.0
#include "namenode/ha_link/channel.h"

#include <algorithm>
#include <utility>

#include "common/util/bytes.h"
#include "common/util/crypto.h"

namespace cairn::namenode::ha {

namespace {

constexpr size_t kGreetingBytesMax = 1024;
constexpr size_t kNonceBytes = 32;
constexpr size_t kCodeBytes = 16;
constexpr size_t kReadBytes = 1 << 20;
constexpr std::string_view kAcceptorLabel = "cairn link acceptor 1";
constexpr std::string_view kDiallerLabel = "cairn link dialler 1";
constexpr std::string_view kSessionLabel = "cairn link session 1";
constexpr std::string_view kWelcome = "welcome";

// A label in front of two byte strings that tell their own lengths.
std::string Proof(std::string_view key, std::string_view label, std::string_view first,
                  std::string_view second) {
  std::string lengths;
  PutU32(lengths, static_cast<uint32_t>(first.size()));
  PutU32(lengths, static_cast<uint32_t>(second.size()));
  return HmacSha256(key, {label, lengths, first, second});
}

Status WrongProof() {
  return Status(Code::kUnauthenticated, "the other side does not know the secret of the pair");
}

}  // namespace

Result<Channel> Channel::Dial(net::BlockingSocket socket, const std::string& secret,
                              const LinkHello& self, std::chrono::milliseconds timeout) {
  Channel channel(std::move(socket));
  CAIRN_TRY(channel.socket_.SetReadTimeout(timeout));
  CAIRN_TRY(channel.socket_.SetWriteTimeout(timeout));
  CAIRN_TRY(channel.Greet(true, secret, self));
  CAIRN_TRY(channel.socket_.SetReadTimeout(std::chrono::milliseconds(0)));
  return channel;
}

Result<Channel> Channel::Accept(net::BlockingSocket socket, const std::string& secret,
                                const LinkHello& self, std::chrono::milliseconds timeout) {
  Channel channel(std::move(socket));
  CAIRN_TRY(channel.socket_.SetReadTimeout(timeout));
  CAIRN_TRY(channel.socket_.SetWriteTimeout(timeout));
  CAIRN_TRY(channel.Greet(false, secret, self));
  CAIRN_TRY(channel.socket_.SetReadTimeout(std::chrono::milliseconds(0)));
  return channel;
}

Status Channel::Greet(bool dials, const std::string& secret, const LinkHello& self) {
  LinkHello hello = self;
  hello.nonce = SecretRandomBytes(kNonceBytes);
  const std::string own = EncodeHello(hello);
  std::string other;
  if (dials) CAIRN_TRY(WriteFrame(own));
  CAIRN_ASSIGN(other, ReadFrame(kGreetingBytesMax));
  CAIRN_ASSIGN(peer_, DecodeHello(other));
  const std::string& dialler = dials ? own : other;
  const std::string& acceptor = dials ? other : own;
  const std::string acceptors = Proof(secret, kAcceptorLabel, acceptor, dialler);
  const std::string diallers = Proof(secret, kDiallerLabel, dialler, acceptor);
  session_ = Proof(secret, kSessionLabel, dialler, acceptor);
  const std::string welcome = HmacSha256(session_, {kWelcome});
  if (!dials) {
    CAIRN_TRY(WriteFrame(own));
    CAIRN_TRY(WriteFrame(acceptors));
  }
  CAIRN_ASSIGN(const std::string proof, ReadFrame(kGreetingBytesMax));
  if (!EqualInConstantTime(proof, dials ? acceptors : diallers)) return WrongProof();
  if (!dials) return WriteFrame(welcome);
  CAIRN_TRY(WriteFrame(diallers));
  const Result<std::string> answer = ReadFrame(kGreetingBytesMax);
  if (!answer.ok() && answer.status().code() == Code::kEndOfFile) return WrongProof();
  if (!answer.ok()) return answer.status();
  return EqualInConstantTime(*answer, welcome) ? Status() : WrongProof();
}

Status Channel::WriteFrame(std::string_view body) {
  std::string length;
  PutU32(length, static_cast<uint32_t>(body.size()));
  const std::string_view parts[] = {length, body};
  return socket_.WriteAll(parts);
}

Result<std::string> Channel::ReadFrame(size_t bytes_max) {
  char head[sizeof(uint32_t)];
  CAIRN_TRY(socket_.ReadFull(head, sizeof(head)));
  const size_t size = LoadU32(head);
  if (size > bytes_max) {
    return Status(Code::kBadRequest, "a frame of " + std::to_string(size) + " bytes on the link");
  }
  std::string body;
  while (body.size() < size) {
    const size_t have = body.size();
    body.resize(std::min(size, have + kReadBytes));
    CAIRN_TRY(socket_.ReadFull(body.data() + have, body.size() - have));
  }
  return body;
}

std::string Channel::CodeOf(std::string_view body) {
  std::string number;
  PutU64(number, frames_++);
  return HmacSha256(session_, {number, body}).substr(0, kCodeBytes);
}

Status Channel::Send(std::string_view body) {
  const std::string code = CodeOf(body);
  std::string length;
  PutU32(length, static_cast<uint32_t>(body.size() + code.size()));
  const std::string_view parts[] = {length, body, code};
  return socket_.WriteAll(parts);
}

Result<std::string> Channel::Receive(size_t bytes_max) {
  CAIRN_ASSIGN(std::string frame, ReadFrame(bytes_max + kCodeBytes));
  if (frame.size() < kCodeBytes) return Status(Code::kBadRequest, "a frame without its code");
  const std::string code = frame.substr(frame.size() - kCodeBytes);
  frame.resize(frame.size() - kCodeBytes);
  if (!EqualInConstantTime(code, CodeOf(frame))) {
    return Status(Code::kChecksum, "a frame on the link has a wrong code");
  }
  return frame;
}

}  // namespace cairn::namenode::ha
