// SPDX-License-Identifier: Apache-2.0
#include "bench/scripts.h"

#include <cstdio>
#include <utility>

#include "common/util/random.h"
#include "common/wire/message_codec.h"
#include "common/wire/proto/client_namenode_protocol.pb.h"

namespace cairn::bench {
namespace {

namespace pb = ::hadoop::hdfs;
using google::protobuf::MessageLite;

constexpr uint64_t kBlockSize = 128 << 20;
// Of blocks that nobody writes: the namenode counts each as space that will be needed.
constexpr uint64_t kSmallBlockSize = 64 << 10;
constexpr uint32_t kReplication = 3;

Call MakeCall(const char* method, const MessageLite& request) {
  return {method, wire::SerializeMessage(request)};
}

std::string ClientName(int caller) { return "bench_" + std::to_string(caller); }

Call CreateCall(const std::string& path, int caller, uint64_t block_size = kBlockSize) {
  pb::CreateRequestProto request;
  request.set_src(path);
  request.mutable_masked()->set_perm(0644);
  request.set_clientname(ClientName(caller));
  request.set_createflag(pb::CREATE);
  request.set_createparent(true);
  request.set_replication(kReplication);
  request.set_blocksize(block_size);
  return MakeCall("create", request);
}

Call DeleteCall(const std::string& path) {
  pb::DeleteRequestProto request;
  request.set_src(path);
  request.set_recursive(true);
  return MakeCall("delete", request);
}

Call MkdirsCall(const std::string& path) {
  pb::MkdirsRequestProto request;
  request.set_src(path);
  request.mutable_masked()->set_perm(0755);
  request.set_createparent(true);
  return MakeCall("mkdirs", request);
}

Call ListingCall(const std::string& path) {
  pb::GetListingRequestProto request;
  request.set_src(path);
  request.set_startafter("");
  request.set_needlocation(false);
  return MakeCall("getListing", request);
}

// A load that asks the same of random files, again and again.
class ReadScript final : public Script {
 public:
  using Make = Call (*)(const WorkSet& set, Random& random);
  ReadScript(const WorkSet& set, int caller, Make make)
      : set_(set), random_(static_cast<uint64_t>(caller) + 1), make_(make) {}
  std::optional<Call> Next() override { return make_(set_, random_); }
  void Answered(std::string_view) override {}

 private:
  const WorkSet& set_;
  SeededRandom random_;
  const Make make_;
};

Call GetFileInfoCall(const WorkSet& set, Random& random) {
  pb::GetFileInfoRequestProto request;
  request.set_src(set.File(static_cast<uint32_t>(random.Below(set.files))));
  return MakeCall("getFileInfo", request);
}

Call GetListingCall(const WorkSet& set, Random& random) {
  return ListingCall(set.Directory(static_cast<uint32_t>(random.Below(set.files))));
}

Call GetBlockLocationsCall(const WorkSet& set, Random& random) {
  pb::GetBlockLocationsRequestProto request;
  request.set_src(set.block_files[random.Below(set.block_files.size())]);
  request.set_offset(0);
  request.set_length(kBlockSize);
  return MakeCall("getBlockLocations", request);
}

// Names of its own, one after the other, in a directory of its own for every thousand.
class NewNames {
 public:
  NewNames(const WorkSet& set, const char* load, int caller)
      : prefix_(set.Scratch() + "/" + load + "-" + std::to_string(caller)) {}
  std::string Next() {
    const uint32_t n = next_++;
    return prefix_ + "/d" + std::to_string(n / 1000) + "/n" + std::to_string(n);
  }

 private:
  const std::string prefix_;
  uint32_t next_ = 0;
};

class MkdirsScript final : public Script {
 public:
  MkdirsScript(const WorkSet& set, int caller, int) : names_(set, "mkdirs", caller) {}
  std::optional<Call> Next() override { return MkdirsCall(names_.Next()); }
  void Answered(std::string_view) override {}

 private:
  NewNames names_;
};

// Creates files, and leaves them open.
class CreateScript final : public Script {
 public:
  CreateScript(const WorkSet& set, int caller, int)
      : caller_(caller), names_(set, "create", caller) {}
  std::optional<Call> Next() override { return CreateCall(names_.Next(), caller_); }
  void Answered(std::string_view) override {}

 private:
  const int caller_;
  NewNames names_;
};

// Makes files of one block each, as a client does that writes: create, addBlock, complete. No
// datanode reports the block, so that the answer to complete is "not yet", and the file stays open.
class NewFileScript final : public Script {
 public:
  NewFileScript(const WorkSet& set, int caller, int)
      : caller_(caller), names_(set, "newfile", caller) {}

  std::optional<Call> Next() override {
    if (block_) {
      pb::CompleteRequestProto request;
      request.set_src(path_);
      request.set_clientname(ClientName(caller_));
      *request.mutable_last() = *block_;
      request.set_fileid(file_id_);
      block_.reset();
      file_id_ = 0;
      path_.clear();
      return MakeCall("complete", request);
    }
    if (file_id_ != 0) {
      pb::AddBlockRequestProto request;
      request.set_src(path_);
      request.set_clientname(ClientName(caller_));
      request.set_fileid(file_id_);
      return MakeCall("addBlock", request);
    }
    path_ = names_.Next();
    return CreateCall(path_, caller_, kSmallBlockSize);
  }

  void Answered(std::string_view body) override {
    if (path_.empty()) return;
    if (file_id_ == 0) {
      pb::CreateResponseProto response;
      if (wire::ParseMessage(body, &response).ok()) file_id_ = response.fs().fileid();
      return;
    }
    pb::AddBlockResponseProto response;
    if (wire::ParseMessage(body, &response).ok()) block_ = response.block().b();
  }

 private:
  const int caller_;
  NewNames names_;
  std::string path_;  // The file that is being made.
  uint64_t file_id_ = 0;
  std::optional<pb::ExtendedBlockProto> block_;
};

// Gives a directory of its own one new name after the other.
class RenameScript final : public Script {
 public:
  RenameScript(const WorkSet& set, int caller, int)
      : prefix_(set.Scratch() + "/rename-" + std::to_string(caller) + "-") {}
  std::optional<Call> Next() override {
    const std::string name = prefix_ + std::to_string(next_);
    const std::string old_name = prefix_ + std::to_string(next_ - 1);
    if (next_++ == 0) return MkdirsCall(name);
    pb::Rename2RequestProto request;
    request.set_src(old_name);
    request.set_dst(name);
    request.set_overwritedest(false);
    return MakeCall("rename2", request);
  }
  void Answered(std::string_view) override {}

 private:
  const std::string prefix_;
  uint32_t next_ = 0;
};

// Deletes the caller's share of the files.
class DeleteScript final : public Script {
 public:
  DeleteScript(const WorkSet& set, int caller, int callers)
      : set_(set), callers_(callers), next_(static_cast<uint32_t>(caller)) {}
  std::optional<Call> Next() override {
    if (next_ >= set_.files) return std::nullopt;
    const std::string path = set_.File(next_);
    next_ += static_cast<uint32_t>(callers_);
    return DeleteCall(path);
  }
  void Answered(std::string_view) override {}

 private:
  const WorkSet& set_;
  const int callers_;
  uint32_t next_;
};

class PrefillScript final : public Script {
 public:
  PrefillScript(const WorkSet& set, int caller, int callers)
      : set_(set), caller_(caller), callers_(callers), next_(static_cast<uint32_t>(caller)) {}

  std::optional<Call> Next() override {
    if (!open_.empty()) {
      pb::CompleteRequestProto request;
      request.set_src(open_);
      request.set_clientname(ClientName(caller_));
      request.set_fileid(file_id_);
      open_.clear();
      return MakeCall("complete", request);
    }
    if (next_ >= set_.files) return std::nullopt;
    creating_ = set_.File(next_);
    next_ += static_cast<uint32_t>(callers_);
    return CreateCall(creating_, caller_);
  }

  void Answered(std::string_view body) override {
    pb::CreateResponseProto response;
    if (creating_.empty()) return;
    open_ = std::exchange(creating_, {});
    if (wire::ParseMessage(body, &response).ok()) file_id_ = response.fs().fileid();
  }

 private:
  const WorkSet& set_;
  const int caller_;
  const int callers_;
  uint32_t next_;
  std::string creating_;
  std::string open_;  // Created, to be closed next.
  uint64_t file_id_ = 0;
};

class DeleteOneScript final : public Script {
 public:
  explicit DeleteOneScript(std::string path) : path_(std::move(path)) {}
  std::optional<Call> Next() override {
    if (path_.empty()) return std::nullopt;
    return DeleteCall(std::exchange(path_, {}));
  }
  void Answered(std::string_view) override {}

 private:
  std::string path_;
};

// One page is enough: a thousand paths.
class ListingScript final : public Script {
 public:
  ListingScript(std::string path, std::vector<std::string>* paths)
      : path_(std::move(path)), paths_(paths) {}
  std::optional<Call> Next() override {
    if (std::exchange(asked_, true)) return std::nullopt;
    return ListingCall(path_);
  }
  void Answered(std::string_view body) override {
    pb::GetListingResponseProto response;
    if (!wire::ParseMessage(body, &response).ok()) return;
    for (const auto& entry : response.dirlist().partiallisting()) {
      paths_->push_back(path_ + "/" + std::string(entry.path()));
    }
  }

 private:
  const std::string path_;
  std::vector<std::string>* const paths_;
  bool asked_ = false;
};

template <ReadScript::Make make>
std::unique_ptr<Script> MakeRead(const WorkSet& set, int caller, int) {
  return std::make_unique<ReadScript>(set, caller, make);
}
template <typename S>
std::unique_ptr<Script> MakeWrite(const WorkSet& set, int caller, int callers) {
  return std::make_unique<S>(set, caller, callers);
}

}  // namespace

std::string WorkSet::Directory(uint32_t file) const {
  char name[16];
  std::snprintf(name, sizeof name, "/d%06u", file / files_in_directory);
  return root + name;
}

std::string WorkSet::File(uint32_t file) const {
  char name[16];
  std::snprintf(name, sizeof name, "/f%08u", file);
  return Directory(file) + name;
}

const std::vector<ScriptKind>& ScriptKinds() {
  static const std::vector<ScriptKind> kinds = {
      {"getFileInfo", "of random files", MakeRead<GetFileInfoCall>},
      {"getListing", "of random directories, 100 entries", MakeRead<GetListingCall>},
      {"getBlockLocations", "of random files with one block", MakeRead<GetBlockLocationsCall>},
      {"mkdirs", "new directories", MakeWrite<MkdirsScript>},
      {"create", "new files, left open", MakeWrite<CreateScript>},
      {"newFile", "create, addBlock, complete; a call is one of them", MakeWrite<NewFileScript>},
      {"rename", "of one directory for each caller", MakeWrite<RenameScript>},
      {"delete", "of empty files", MakeWrite<DeleteScript>, true},
  };
  return kinds;
}

const ScriptKind* FindScriptKind(std::string_view name) {
  for (const ScriptKind& kind : ScriptKinds()) {
    if (name == kind.name) return &kind;
  }
  return nullptr;
}

std::unique_ptr<Script> MakePrefill(const WorkSet& set, int caller, int callers) {
  return std::make_unique<PrefillScript>(set, caller, callers);
}

std::unique_ptr<Script> MakeDelete(const std::string& path) {
  return std::make_unique<DeleteOneScript>(path);
}

std::unique_ptr<Script> MakeListing(const std::string& path, std::vector<std::string>* paths) {
  return std::make_unique<ListingScript>(path, paths);
}

}  // namespace cairn::bench
