// SPDX-License-Identifier: Apache-2.0
#include "datanode/transfer/stream.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <utility>

namespace cairn::datanode {

Stream::Stream(net::BlockingSocket socket) : socket_(std::move(socket)) {
  const net::HostPort peer = socket_.peer_address();
  peer_ = net::ToString(peer);
  peer_host_ = peer.host;
  peer_is_local_ = peer.host == socket_.local_address().host;
}

Stream::Stream(std::string name) : peer_(std::move(name)) {}

void Stream::Break() {
  std::lock_guard lock(mutex_);
  broken_ = true;
  socket_.Shutdown();
  for (net::BlockingSocket* socket : also_) socket->Shutdown();
}

bool Stream::broken() const {
  std::lock_guard lock(mutex_);
  return broken_;
}

void Stream::SetActivity(std::string activity) {
  std::lock_guard lock(mutex_);
  activity_ = std::move(activity);
}

std::string Stream::Describe() const {
  std::lock_guard lock(mutex_);
  return peer_ + " " + activity_;
}

void Stream::AnnounceRestart() {
  // Held during the call, so that the receiver cannot go away meanwhile; Break stays possible.
  std::lock_guard lock(announce_mutex_);
  if (announce_) announce_();
}

bool Stream::is_writing() const {
  std::lock_guard lock(mutex_);
  return writing_ > 0;
}

Stream::AlsoBreaks::AlsoBreaks(Stream& stream, net::BlockingSocket& socket)
    : stream_(stream), socket_(socket) {
  std::lock_guard lock(stream_.mutex_);
  stream_.also_.push_back(&socket_);
  if (stream_.broken_) socket_.Shutdown();
}

Stream::AlsoBreaks::~AlsoBreaks() {
  std::lock_guard lock(stream_.mutex_);
  std::erase(stream_.also_, &socket_);
}

Stream::Writing::Writing(Stream& stream) : stream_(stream) {
  std::lock_guard lock(stream_.mutex_);
  ++stream_.writing_;
}

Stream::Writing::~Writing() {
  {
    std::lock_guard lock(stream_.announce_mutex_);
    stream_.announce_ = nullptr;
  }
  std::lock_guard lock(stream_.mutex_);
  --stream_.writing_;
}

void Stream::Writing::SetAnnouncement(std::function<void()> announce) {
  std::lock_guard lock(stream_.announce_mutex_);
  stream_.announce_ = std::move(announce);
}

void Stream::DrainAndEnd(Clock::Duration limit) {
  const auto limit_ms = std::chrono::duration_cast<std::chrono::milliseconds>(limit);
  const auto end = std::chrono::steady_clock::now() + limit_ms;
  socket_.ShutdownWrite();
  if (!socket_.SetReadTimeout(limit_ms).ok()) return;
  std::array<char, 16 * 1024> waste;
  while (std::chrono::steady_clock::now() < end) {
    const Result<size_t> n = socket_.ReadSome(waste.data(), waste.size());
    if (!n.ok() || *n == 0) return;
  }
}

}  // namespace cairn::datanode
