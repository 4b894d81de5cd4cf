// SPDX-License-Identifier: Apache-2.0
// Hadoop's configuration files: the XML, the expansion of values, and every kind of typed value.
#include "common/config/client_keys.h"
#include "common/config/common_keys.h"
#include "common/config/configuration.h"
#include "common/config/namenode_keys.h"
#include "tests/fuzz/targets.h"

namespace cairn::fuzz {

void RunConfigurationXml(Input input) {
  // An include opens whatever file the bytes happen to name.
  if (input.find("include") != Input::npos) return;
  config::Configuration configuration;
  if (!configuration.AddXml(input, "fuzz").ok()) return;
  for (const auto& [key, property] : configuration.properties()) {
    (void)configuration.Find(key);
    config::Configuration typed;
    typed.Set(config::kDefaultFs.name, property.value);
    typed.Set(config::kIpcMaxDataLength.name, property.value);
    typed.Set(config::kBlockSize.name, property.value);
    typed.Set(config::kGroupsCache.name, property.value);
    typed.Set(config::kStaticGroups.name, property.value);
    (void)typed.Get(config::kDefaultFs);
    (void)typed.Get(config::kIpcMaxDataLength);
    (void)typed.Get(config::kBlockSize);
    (void)typed.Get(config::kGroupsCache);
    (void)typed.Get(config::kStaticGroups);
  }
}

Seeds ConfigurationXmlSeeds() {
  return {
      "<?xml version=\"1.0\"?>\n<configuration>\n"
      "<property><name>fs.defaultFS</name><value>hdfs://a:1</value><final>true</final></property>\n"
      "<property><name>dfs.blocksize</name><value>128m</value></property>\n"
      "<property><name>a</name><value>${b}/${env.HOME}</value></property>\n"
      "<property><name>b</name><value>${a}</value></property>\n</configuration>\n",
      "<configuration><configuration><property name=\"a\" value=\"10s\" final=\"true\"/>"
      "</configuration></configuration>",
      "<!DOCTYPE c [<!ENTITY e \"eeee\">]><configuration><property><name>&e;</name><value/>"
      "</property></configuration>",
  };
}

}  // namespace cairn::fuzz
