// SPDX-License-Identifier: Apache-2.0
// cairn mini: a namenode and datanodes in one process on loopback.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "common/config/common_keys.h"
#include "common/config/datanode_keys.h"
#include "common/config/namenode_keys.h"
#include "common/io/disk.h"
#include "common/log/log.h"
#include "common/net/blocking_socket.h"
#include "common/util/clock.h"
#include "common/util/random.h"
#include "datanode/datanode.h"
#include "namenode/namenode.h"
#include "tools/commands.h"
#include "tools/mini/mini_options.h"
#include "tools/signals.h"

namespace cairn::tools {
namespace {

constexpr std::chrono::seconds kReadyDeadline{30};
constexpr std::chrono::milliseconds kReadyPoll{2};
constexpr char kHost[] = "127.0.0.1";

// Everything of the cluster, in the order of its start.
class MiniCluster {
 public:
  MiniCluster(MiniOptions options, config::Configuration base)
      : options_(std::move(options)), base_(std::move(base)) {}
  ~MiniCluster() {
    for (const auto& datanode : datanodes_) datanode->Stop();
  }

  Status Start() {
    CAIRN_TRY(disk_.MakeDirectories(options_.directory + "/log"));
    if (!log::OpenFile(options_.directory + "/log/cairn.log")) {
      return Status(Code::kIoError, "no log can be written in " + options_.directory + "/log");
    }
    CAIRN_TRY(ChoosePorts());
    SetProperties();
    CAIRN_TRY(WriteConfiguration());
    CAIRN_TRY(StartNamenode());
    for (int i = 1; i <= options_.datanodes; ++i) CAIRN_TRY(StartDatanode(i));
    return WaitReady();
  }

  const std::string& uri() const { return uri_; }
  const std::string& http() const { return http_; }

 private:
  // Ports that are 0 become free ones; they must be known before anything is started.
  Status ChoosePorts() {
    for (uint16_t* port : {&options_.port, &options_.http_port}) {
      if (*port != 0) continue;
      CAIRN_ASSIGN(const std::unique_ptr<net::BlockingListener> probe,
                   net::BlockingListener::Open({.host = kHost, .port = 0}));
      *port = probe->port();
    }
    uri_ = std::string("hdfs://") + kHost + ":" + std::to_string(options_.port);
    http_ = std::string(kHost) + ":" + std::to_string(options_.http_port);
    return Status();
  }

  void SetProperties() {
    const std::string& dir = options_.directory;
    client_ = {
        {config::kDefaultFs.name, uri_},
        {config::kHadoopTmpDir.name, dir + "/tmp"},
        {config::kNamenodeHttpAddress.name, http_},
        {config::kReplication.name, std::to_string(std::clamp(options_.datanodes, 1, 3))},
    };
    for (const auto& [key, value] : client_) base_.Set(key, value, "cairn mini");
    base_.Set(config::kNameDirs.name, dir + "/name", "cairn mini");
    base_.Set(config::kSafeModeExtension.name, "0", "cairn mini");
  }

  Status WriteConfiguration() {
    CAIRN_TRY(disk_.MakeDirectories(options_.directory + "/conf"));
    for (const char* file : {"core-site.xml", "hdfs-site.xml"}) {
      const bool core = std::string(file).starts_with("core");
      std::string xml = "<?xml version=\"1.0\"?>\n<configuration>\n";
      for (const auto& [key, value] : client_) {
        if (key.starts_with("dfs.") == core) continue;
        xml += "  <property><name>" + key + "</name><value>" + XmlEscaped(value) +
               "</value></property>\n";
      }
      xml += "</configuration>\n";
      CAIRN_TRY(io::WriteFileAtomically(disk_, options_.directory + "/conf/" + file, xml));
    }
    return Status();
  }

  Status StartNamenode() {
    CAIRN_ASSIGN(const bool formatted, namenode::HasNamespace(base_));
    if (!formatted) {
      CAIRN_ASSIGN(const std::string cluster_id, namenode::Format(base_, {}));
      LOG(kInfo, "namespace formatted", {"cluster", cluster_id});
    }
    CAIRN_ASSIGN(namenode_, namenode::Namenode::Start(base_, [](const Status& why) {
                   LOG(kError, "the edit log cannot be made durable", {"reason", why});
                   std::_Exit(1);
                 }));
    return Status();
  }

  Status StartDatanode(int number) {
    config::Configuration own = base_;
    own.Set(config::kDataDirs.name, options_.directory + "/data" + std::to_string(number),
            "cairn mini");
    for (const char* key : {config::kDatanodeAddress.name, config::kDatanodeIpcAddress.name,
                            config::kDatanodeHttpAddress.name}) {
      own.Set(key, std::string(kHost) + ":0", "cairn mini");
    }
    CAIRN_ASSIGN(std::unique_ptr<datanode::Datanode> made,
                 datanode::Datanode::Create(own, {disk_, clock_, random_}));
    CAIRN_TRY(made->Start());
    datanodes_.push_back(std::move(made));
    return Status();
  }

  Status WaitReady() {
    const Clock::TimePoint deadline = clock_.Now() + kReadyDeadline;
    for (const auto& datanode : datanodes_) {
      while (!datanode->registered()) {
        if (clock_.Now() > deadline) {
          return Status(Code::kTimeout, "a datanode did not register; see " +
                                            options_.directory + "/log/cairn.log");
        }
        std::this_thread::sleep_for(kReadyPoll);
      }
    }
    return Status();
  }

  MiniOptions options_;
  config::Configuration base_;
  std::vector<std::pair<std::string, std::string>> client_;
  std::string uri_;
  std::string http_;
  io::PosixDisk disk_;
  SystemClock clock_;
  SeededRandom random_;
  std::unique_ptr<namenode::Namenode> namenode_;
  std::vector<std::unique_ptr<datanode::Datanode>> datanodes_;
};

}  // namespace

int RunMini(const Invocation& invocation) {
  Result<MiniOptions> options = ParseMiniOptions(invocation.arguments);
  if (!options.ok()) {
    std::fprintf(stderr, "mini: %s\n%s", options.status().message().c_str(), kMiniUsage);
    return 1;
  }
  options->directory = std::filesystem::absolute(options->directory).lexically_normal().string();
  StopSignal stop;
  MiniCluster cluster(*options, invocation.configuration);
  if (const Status started = cluster.Start(); !started.ok()) {
    std::fprintf(stderr, "mini: %s\n", started.message().c_str());
    return 1;
  }
  std::printf("fs.defaultFS = %s\nhttp = http://%s/\nexport HADOOP_CONF_DIR=%s/conf\n",
              cluster.uri().c_str(), cluster.http().c_str(), options->directory.c_str());
  std::fflush(stdout);
  stop.Wait();
  return 0;
}

}  // namespace cairn::tools
