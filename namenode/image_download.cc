// SPDX-License-Identifier: Apache-2.0
#include "namenode/image_download.h"

#include <charconv>
#include <memory>
#include <utility>
#include <vector>

#include "common/net/http_client.h"
#include "common/util/bytes.h"
#include "common/util/md5.h"
#include "namenode/image/image_placer.h"

namespace cairn::namenode {
namespace {

constexpr size_t kRefusalBytesMax = 4096;

std::string StorageInfoText(const NamespaceInfo& info) {
  return std::to_string(info.layout_version) + ":" +
         std::to_string(static_cast<int32_t>(info.namespace_id)) + ":" +
         std::to_string(info.ctime_ms) + ":" + info.cluster_id;
}

std::string Target(const NamespaceInfo& info, const std::string& txid) {
  return "/imagetransfer?getimage=1&txid=" + txid +
         "&storageInfo=" + net::PercentEncode(StorageInfoText(info), false);
}

// The bytes of one image on their way into the files of all directories.
class Receiver {
 public:
  Receiver(NameStorage& storage, TxId txid) : storage_(storage) {
    for (std::string& path : CheckpointPaths(storage, txid)) {
      outputs_.push_back({.path = std::move(path)});
    }
  }

  Status Take(const net::HttpAnswer& head, std::string_view bytes) {
    if (head.status != 200) {
      // The reason, for the message.
      refusal_.append(bytes.substr(0, kRefusalBytesMax - refusal_.size()));
      return Status();
    }
    for (Output& output : outputs_) {
      if (!output.status.ok()) continue;
      output.status = WriteTo(output, bytes);
    }
    md5_.Update(bytes);
    size_ += bytes.size();
    return Status();
  }

  // Everything came: checks it, and makes the files durable.
  Result<WrittenImage> Finish(const net::HttpAnswer& head) {
    if (head.status != 200) {
      return Status(head.status == 410 ? Code::kNotFound : Code::kIoError,
                    "the other namenode answered " + std::to_string(head.status) + ": " +
                        refusal_);
    }
    if (!head.content_length || *head.content_length != size_) {
      return Status(Code::kEndOfFile, std::to_string(size_) +
                                          " bytes came, and not as many as were announced");
    }
    WrittenImage image{.md5 = ToHex(md5_.Finish()), .bytes = size_};
    const auto announced = head.Header("X-MD5-Digest");
    if (announced && *announced != image.md5) {
      return Status(Code::kChecksum, "MD5 " + image.md5 + " where " + std::string(*announced) +
                                         " was announced");
    }
    for (Output& output : outputs_) {
      if (output.status.ok()) output.status = Close(output);
      if (output.status.ok()) {
        image.paths.push_back(output.path);
      } else {
        image.failures.emplace_back(output.path, output.status);
      }
    }
    return image;
  }

  void Discard() {
    for (const Output& output : outputs_) {
      static_cast<void>(storage_.disk().Remove(output.path));
    }
  }

 private:
  struct Output {
    std::string path;
    std::unique_ptr<io::File> file;
    Status status;
  };

  Status Open(Output& output) {
    if (output.file != nullptr) return Status();
    CAIRN_ASSIGN(output.file, storage_.disk().Open(output.path, io::OpenMode::kCreate));
    return Status();
  }
  Status WriteTo(Output& output, std::string_view bytes) {
    CAIRN_TRY(Open(output));
    return output.file->WriteAt(size_, bytes);
  }
  Status Close(Output& output) {
    CAIRN_TRY(Open(output));
    return output.file->Sync();
  }

  NameStorage& storage_;
  std::vector<Output> outputs_;
  Md5 md5_;
  uint64_t size_ = 0;
  std::string refusal_;
};

}  // namespace

Result<TxId> NewestImageAt(const net::HostPort& http, const NamespaceInfo& info) {
  net::HttpClientOptions options;
  options.method = "HEAD";
  CAIRN_ASSIGN(const net::HttpReply reply, net::HttpGet(http, Target(info, "latest"), options));
  const auto name = reply.head.Header("X-Image-Edits-Name");
  const size_t digits = name ? name->rfind('_') : std::string_view::npos;
  if (reply.head.status != 200 || digits == std::string_view::npos) {
    return Status(Code::kNotFound, "no image at " + net::ToString(http) + ": status " +
                                       std::to_string(reply.head.status));
  }
  const std::string_view number = name->substr(digits + 1);
  TxId txid;
  const auto [end, error] =
      std::from_chars(number.data(), number.data() + number.size(), txid.value);
  if (error != std::errc() || end != number.data() + number.size() || txid < TxId(0)) {
    return Status(Code::kCorrupt, "an image's name without a transaction: " + std::string(*name));
  }
  return txid;
}

Status DownloadImage(NameStorage& storage, const net::HostPort& http, TxId txid) {
  Receiver receiver(storage, txid);
  const std::string what = "image " + ToString(txid) + " of " + net::ToString(http);
  const Result<net::HttpAnswer> answer = net::HttpFetch(
      http, Target(storage.info(), std::to_string(txid.value)),
      [&](const net::HttpAnswer& head, std::string_view bytes) {
        return receiver.Take(head, bytes);
      });
  Result<WrittenImage> image =
      answer.ok() ? receiver.Finish(*answer) : Result<WrittenImage>(answer.status());
  if (!image.ok()) {
    receiver.Discard();
    return image.status().WithContext(what);
  }
  return PlaceImages(storage, txid, *image);
}

}  // namespace cairn::namenode
