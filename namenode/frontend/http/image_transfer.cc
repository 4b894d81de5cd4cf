// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <charconv>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "common/io/disk.h"
#include "namenode/frontend/http/beans.h"

namespace cairn::namenode {
namespace {

constexpr uint64_t kMd5FileBytesMax = 4096;
constexpr size_t kMd5Digits = 32;

// Apache answers everything but a wrong identity with 410.
net::HttpResponse Gone(const std::string& why) {
  return net::HttpText(410, "GetImage failed. " + why);
}

std::optional<int64_t> Number(std::optional<std::string_view> text) {
  if (!text) return std::nullopt;
  int64_t value = 0;
  const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), value);
  if (error != std::errc() || end != text->data() + text->size()) return std::nullopt;
  return value;
}

// "-67:<namespace id>:<ctime>:<cluster id>", which a peer names to be sure of its namenode.
std::string StorageInfoText(const NamespaceInfo& info) {
  return std::to_string(info.layout_version) + ":" +
         std::to_string(static_cast<int32_t>(info.namespace_id)) + ":" +
         std::to_string(info.ctime_ms) + ":" + info.cluster_id;
}

// The digest in the ".md5" file beside an image; none when there is no such file.
std::optional<std::string> StoredMd5(io::Disk& disk, const std::string& path) {
  const auto text = disk.ReadFile(path + ".md5", kMd5FileBytesMax);
  if (!text.ok() || text.value().size() < kMd5Digits) return std::nullopt;
  std::string digits = text.value().substr(0, kMd5Digits);
  const bool good = digits.find_first_not_of("0123456789abcdefABCDEF") == std::string::npos;
  return good ? std::optional(std::move(digits)) : std::nullopt;
}

Result<net::HttpResponse> Serve(io::Disk& disk, const std::string& path) {
  CAIRN_ASSIGN(std::unique_ptr<io::File> opened, disk.Open(path, io::OpenMode::kRead));
  // A function object must be copyable. The open file outlives its name, should that be purged.
  const std::shared_ptr<io::File> file = std::move(opened);
  CAIRN_ASSIGN(const uint64_t length, file->Size());
  const std::string name = path.substr(path.rfind('/') + 1);
  net::HttpResponse response;
  response.content_type = "application/octet-stream";
  response.headers = {{"Content-Disposition", "attachment; filename=" + name},
                      {"X-Image-Edits-Name", name}};
  if (const auto md5 = StoredMd5(disk, path)) response.headers.emplace_back("X-MD5-Digest", *md5);
  response.source = net::HttpBodySource{
      .length = length,
      .read = [file](uint64_t offset, size_t n) { return file->ReadAt(offset, n); }};
  return response;
}

// The first copy that can be read.
net::HttpResponse ServeAny(io::Disk& disk, const std::vector<std::string>& paths,
                           const std::string& missing) {
  Status last(Code::kNotFound, missing);
  for (const std::string& path : paths) {
    Result<net::HttpResponse> response = Serve(disk, path);
    if (response.ok()) return std::move(response).value();
    last = response.status();
  }
  return Gone(last.message());
}

net::HttpResponse GetImage(const NameStorage& storage, std::optional<std::string_view> txid) {
  const bool latest = txid == "latest";
  const std::optional<int64_t> number = Number(txid);
  if (!latest && !number) return Gone("txid must be a number or \"latest\"");
  const auto images = storage.Images();
  if (!images.ok()) return Gone(images.status().message());
  const ImageFile* found = nullptr;
  for (const ImageFile& image : images.value()) {
    const bool fits = latest ? found == nullptr || image.txid > found->txid
                             : image.txid == TxId(*number);
    if (fits) found = &image;
  }
  const std::string missing =
      latest ? "Could not find image" : "Could not find image with txid " + std::string(*txid);
  if (found == nullptr) return Gone(missing);
  return ServeAny(storage.disk(), found->paths, missing);
}

net::HttpResponse GetEdits(const NameStorage& storage, std::optional<int64_t> start,
                           std::optional<int64_t> end) {
  if (!start || !end || *start < 0 || *end < *start) {
    return Gone("startTxId and endTxId must be numbers, in this order");
  }
  const std::string missing = "No edits file for txid " + std::to_string(*start) + "-" +
                              std::to_string(*end) + " exists!";
  std::vector<std::string> paths;
  for (const std::string& current : storage.EditDirectories()) {
    const std::string path = current + "/" + SegmentName(TxId(*start), TxId(*end));
    if (storage.disk().Exists(path)) paths.push_back(path);
  }
  return ServeAny(storage.disk(), paths, missing);
}

}  // namespace

net::HttpResponse TransferImage(const HttpSources& sources, const net::HttpRequest& request) {
  if (request.method != "GET" && request.method != "HEAD") {
    net::HttpResponse refusal = net::HttpText(
        405, "images are not taken: this namenode writes its checkpoints itself");
    refusal.headers.emplace_back("Allow", "GET, HEAD");
    return refusal;
  }
  const NameStorage& storage = sources.storage;
  const std::string mine = StorageInfoText(storage.info());
  if (const auto theirs = request.Query("storageInfo"); theirs && *theirs != mine) {
    return net::HttpText(403, "This namenode has storage info " + mine +
                                  " but the secondary expected " + std::string(*theirs));
  }
  const bool image = request.Query("getimage").has_value();
  const bool edits = request.Query("getedit").has_value();
  if (image == edits) return Gone("Illegal parameters to TransferFsImage");
  if (image) return GetImage(storage, request.Query("txid"));
  return GetEdits(storage, Number(request.Query("startTxId")), Number(request.Query("endTxId")));
}

}  // namespace cairn::namenode
